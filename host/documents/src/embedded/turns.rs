//! Who computes: a few turns, for which queries line up again and again.
//!
//! A query computes only while it has a turn, and there are about as many turns as processors. After its time slice it hands the
//! turn over if another query waits, and lines up again behind those of its owner; in the middle of a row, wherever it looks at its
//! budget. So a short query waits for one slice of each owner before it, whatever their queries cost, and not for their deadlines.
//!
//! A query that waits for its next turn keeps its thread and its connection, with the read transaction that shows it the store at
//! one moment. Meanwhile SQLite's log can't be merged past that moment; it grows for as long as the query's deadline at most, which
//! is what a query that never waits could cost as well.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::line::FairLine;

/// How long a query computes while others wait: far more than it costs to wake another thread, and little enough that dozens of
/// owners get round within a second.
const SLICE: Duration = Duration::from_millis(20);

/// Whose work it is, for the fairness of lines.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// The column `partition` of the items that are asked for.
    Partition(Arc<str>),
    /// Everybody who may look at whole containers.
    Everyone,
}

/// A query, as others see it: whose it is, and until when it is worth anything.
pub(super) struct Seat {
    owner: Owner,
    deadline: Instant,
    /// Nobody waits for the answer any more.
    gone: AtomicBool,
    /// It has got a turn. Only changed under the lock of [`Turns`].
    granted: AtomicBool,
    changed: Condvar,
}

impl Seat {
    pub(super) fn new(owner: Owner, deadline: Instant) -> Self {
        Self {
            owner,
            deadline,
            gone: AtomicBool::new(false),
            granted: AtomicBool::new(false),
            changed: Condvar::new(),
        }
    }

    /// Set once the caller has gone.
    pub(super) fn gone(&self) -> &AtomicBool {
        &self.gone
    }
}

/// The turns that there are, and who waits for one.
pub(super) struct Turns {
    state: Mutex<State>,
    slice: Duration,
}

struct State {
    /// Turns that nobody has. If there are any, nobody waits.
    free: usize,
    waiting: FairLine<Owner, Arc<Seat>>,
}

impl Turns {
    pub(super) fn new(turns: usize) -> Self {
        Self::with_slice(turns, SLICE)
    }

    fn with_slice(turns: usize, slice: Duration) -> Self {
        let state = State {
            free: turns,
            // Only what has a thread lines up here: that is the bound.
            waiting: FairLine::new(usize::MAX, usize::MAX),
        };
        Self {
            state: Mutex::new(state),
            slice,
        }
    }

    /// Waits for the first turn of a query.
    pub(super) fn take<'t>(&'t self, seat: &'t Arc<Seat>) -> Turn<'t> {
        let turn = Turn {
            turns: self,
            seat,
            held: Cell::new(false),
            since: Cell::new(Instant::now()),
        };
        let mut state = self.lock();
        if state.free > 0 {
            state.free -= 1;
            turn.begin();
        } else if state.waiting.push(seat.owner.clone(), Arc::clone(seat)).is_ok() {
            turn.wait(state);
        }
        turn
    }

    /// Says that nobody waits for the query's answer any more.
    pub(super) fn leave(&self, seat: &Seat) {
        // Under the lock, so that it doesn't fall between a look at the flag and the sleep after it.
        let state = self.lock();
        seat.gone.store(true, Ordering::Relaxed);
        drop(state);
        seat.changed.notify_one();
    }

    /// Gives a turn to whoever is next.
    fn pass_on(state: &mut State) {
        match state.waiting.pop() {
            Some((_, next)) => {
                next.granted.store(true, Ordering::Relaxed);
                next.changed.notify_one();
            }
            None => state.free += 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to compute, of one query; given back when it is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    seat: &'t Arc<Seat>,
    held: Cell<bool>,
    since: Cell<Instant>,
}

impl Turn<'_> {
    /// To be called often: lets others go first if the slice is over. Afterwards the query may have gone past its deadline or lost
    /// its caller, and then it has no turn and must end.
    pub(super) fn pause(&self) {
        if !self.held.get() || self.since.get().elapsed() < self.turns.slice {
            return;
        }
        let mut state = self.turns.lock();
        if state.waiting.is_empty() {
            return;
        }
        self.held.set(false);
        // First the next one, then this one: it goes behind all that wait.
        Turns::pass_on(&mut state);
        let seat = Arc::clone(self.seat);
        if state.waiting.push(self.seat.owner.clone(), seat).is_ok() {
            self.wait(state);
        }
    }

    /// Sleeps in the line, until it is this query's turn or it is in vain.
    fn wait(&self, mut state: MutexGuard<'_, State>) {
        let seat = self.seat;
        loop {
            if seat.granted.swap(false, Ordering::Relaxed) {
                return self.begin();
            }
            let left = seat.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || seat.gone.load(Ordering::Relaxed) {
                state.waiting.remove(&seat.owner, |other| Arc::ptr_eq(other, seat));
                return;
            }
            let woken = seat.changed.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn begin(&self) {
        self.held.set(true);
        self.since.set(Instant::now());
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.held.get() {
            Turns::pass_on(&mut self.turns.lock());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// No test gets there.
    const FAR: Duration = Duration::from_secs(600);

    fn seat(owner: &str, time: Duration) -> Arc<Seat> {
        Arc::new(Seat::new(Owner::Partition(owner.into()), Instant::now() + time))
    }

    fn until_waiting(turns: &Turns, count: usize) {
        while turns.lock().waiting.len() != count {
            std::thread::yield_now();
        }
    }

    fn is_idle(turns: &Turns, all: usize) -> bool {
        let state = turns.lock();
        state.free == all && state.waiting.is_empty()
    }

    #[test]
    fn a_query_whose_slice_is_over_goes_behind_the_other_owners() {
        let turns = Turns::with_slice(1, Duration::ZERO);
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let greedy = seat("greedy", FAR);
            let turn = turns.take(&greedy);
            for (count, owner) in ["greedy", "greedy", "ada", "bob"].into_iter().enumerate() {
                let (turns, order) = (&turns, &order);
                scope.spawn(move || {
                    let seat = seat(owner, FAR);
                    let turn = turns.take(&seat);
                    order.lock().unwrap().push(owner);
                    drop(turn);
                });
                until_waiting(turns, count + 1);
            }
            // The first slice ends: one of each owner comes before this one comes again.
            turn.pause();
            assert!(turn.held.get());
            order.lock().unwrap().push("greedy, again");
            drop(turn);
        });
        let order = order.into_inner().unwrap();
        assert_eq!(order, ["greedy", "ada", "bob", "greedy", "greedy, again"]);
        assert!(is_idle(&turns, 1));
    }

    #[test]
    fn a_query_keeps_its_turn_while_nobody_waits() {
        let turns = Turns::with_slice(1, Duration::ZERO);
        let alone = seat("ada", FAR);
        let turn = turns.take(&alone);
        turn.pause();
        assert!(turn.held.get());
        drop(turn);
        assert!(is_idle(&turns, 1));
    }

    #[test]
    fn a_query_keeps_its_turn_for_its_slice() {
        let turns = Turns::with_slice(1, FAR);
        std::thread::scope(|scope| {
            let first = seat("ada", FAR);
            let turn = turns.take(&first);
            let turns = &turns;
            scope.spawn(move || drop(turns.take(&seat("bob", FAR))));
            until_waiting(turns, 1);
            turn.pause();
            assert_eq!(turns.lock().waiting.len(), 1);
        });
        assert!(is_idle(&turns, 1));
    }

    #[test]
    fn a_query_waits_no_longer_than_its_deadline() {
        let turns = Turns::new(1);
        let first = seat("ada", FAR);
        let turn = turns.take(&first);
        let late = seat("bob", Duration::from_millis(5));
        assert!(!turns.take(&late).held.get());
        assert!(turns.lock().waiting.is_empty());
        drop(turn);
        assert!(is_idle(&turns, 1));
    }

    #[test]
    fn a_query_without_a_caller_leaves_the_line() {
        let turns = Turns::new(1);
        let (first, left) = (seat("ada", FAR), seat("bob", FAR));
        std::thread::scope(|scope| {
            let turn = turns.take(&first);
            let waiter = scope.spawn(|| turns.take(&left).held.get());
            until_waiting(&turns, 1);
            turns.leave(&left);
            assert!(!waiter.join().unwrap());
            drop(turn);
        });
        assert!(is_idle(&turns, 1));
    }
}
