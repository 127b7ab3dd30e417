//! Who gets a thread, and that nothing is left of what ends early.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Waker};

use super::*;

fn pool(most: usize) -> (tempfile::TempDir, Arc<Pool>) {
    pool_with_idle_time(most, IDLE)
}

fn pool_with_idle_time(most: usize, idle_time: Duration) -> (tempfile::TempDir, Arc<Pool>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("documents.db");
    drop(Connection::open(&path).unwrap());
    let pool = Pool::with_idle_time("test", &path, 1, most, idle_time);
    pool.open().unwrap();
    (directory, pool)
}

fn owner(name: &str) -> Owner {
    Owner::Partition(name.into())
}

/// Puts what a future asks for into the line.
fn begin<F: Future>(future: Pin<&mut F>) {
    assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn until(pool: &Pool, condition: impl Fn(&State) -> bool) {
    while !condition(&pool.lock()) {
        std::thread::yield_now();
    }
}

/// Work that ends when its sender is dropped.
fn blocked() -> (
    mpsc::Sender<()>,
    impl FnOnce(&Connection) -> Result<(), StoreError> + Send,
) {
    let (release, released) = mpsc::channel::<()>();
    (release, move |_: &Connection| {
        // An error: the sender is gone.
        released.recv().unwrap_err();
        Ok(())
    })
}

#[tokio::test]
async fn an_owner_takes_at_most_half_of_the_threads_and_the_others_are_for_other_owners() {
    let (_directory, pool) = pool(8);
    let mut releases = Vec::new();
    let mut tasks = Vec::new();
    for (name, all_begun) in [("a", 4), ("b", 5), ("c", 6), ("d", 7), ("e", 8), ("f", 8)] {
        for _ in 0..10 {
            let (release, work) = blocked();
            releases.push(release);
            let (pool, owner) = (Arc::clone(&pool), owner(name));
            let mut task = Box::pin(async move { pool.read(owner, work).await });
            begin(task.as_mut());
            tasks.push(task);
        }
        until(&pool, |state| state.all_begun == all_begun);
    }
    assert!(pool.lock().threads <= 8);
    drop(releases);
    for task in tasks {
        task.await.unwrap();
    }
    pool.close();
    let state = pool.lock();
    assert!(state.begun.is_empty() && state.waiting.is_empty());
    assert_eq!((state.all_begun, state.threads, state.idle), (0, 0, 0));
}

#[tokio::test]
async fn threads_that_are_not_needed_end_and_come_again() {
    let (_directory, pool) = pool_with_idle_time(8, Duration::from_millis(1));
    for _ in 0..3 {
        let mut tasks = Vec::new();
        for name in ["a", "b", "c", "d"] {
            let (release, work) = blocked();
            let pool = Arc::clone(&pool);
            let mut task = Box::pin(async move { pool.read(owner(name), work).await });
            begin(task.as_mut());
            tasks.push((release, task));
        }
        until(&pool, |state| state.all_begun == 4);
        for (release, task) in tasks {
            drop(release);
            task.await.unwrap();
        }
        until(&pool, |state| state.threads == 1 && state.idle == 1);
    }
    pool.close();
}

#[tokio::test]
async fn work_whose_caller_goes_away_leaves_the_line() {
    let (_directory, pool) = pool(1);
    let (release, work) = blocked();
    let mut first = pin!(pool.read(owner("a"), work));
    begin(first.as_mut());
    until(&pool, |state| state.all_begun == 1);
    {
        let never = |_: &Connection| -> Result<(), StoreError> { unreachable!("nobody waits for it") };
        let mut left = pin!(pool.read(owner("b"), never));
        begin(left.as_mut());
        assert_eq!(pool.lock().waiting.len(), 1);
    }
    assert!(pool.lock().waiting.is_empty());
    drop(release);
    first.await.unwrap();
    pool.close();
}

#[tokio::test]
async fn a_panic_costs_its_own_caller_only() {
    let (_directory, pool) = pool(1);
    let outcome: Result<(), _> = pool.read(owner("a"), |_| panic!("for the test")).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))));
    pool.read(owner("a"), |_| Ok(())).await.unwrap();
    pool.close();
    assert!(pool.lock().begun.is_empty());
}

#[tokio::test]
async fn closing_does_what_waits_and_lets_nothing_more_in() {
    let (_directory, pool) = pool(1);
    let (release, work) = blocked();
    let mut first = pin!(pool.read(owner("a"), work));
    let mut second = pin!(pool.read(owner("a"), |_| Ok(7)));
    begin(first.as_mut());
    begin(second.as_mut());
    let closing = Arc::clone(&pool);
    let closing = std::thread::spawn(move || closing.close());
    until(&pool, |state| state.closed);
    assert!(pool.read(owner("a"), |_| Ok(())).await.is_err());
    drop(release);
    assert_eq!(second.await.unwrap(), 7);
    first.await.unwrap();
    closing.join().unwrap();
}
