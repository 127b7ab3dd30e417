//! A line in which owners take turns, not items: whoever brings much waits for himself, not others for him.
//!
//! Each owner has a line of his own, first come, first served. Owners are served in rotation, one item each: an owner who was
//! served goes behind all others, and so does one who comes anew. So an item that is the first of its owner waits for at most one
//! item of every other owner, however many they have brought.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What waits, by owner.
pub(super) struct FairLine<K, T> {
    /// The owners of whom something waits, each once, the next one first.
    rotation: VecDeque<K>,
    waiting: HashMap<K, VecDeque<T>>,
    len: usize,
    capacity: usize,
    most_of_one: usize,
}

impl<K: Clone + Eq + Hash, T> FairLine<K, T> {
    /// A line for so many items in all, and for so many of one owner.
    pub(super) fn new(capacity: usize, most_of_one: usize) -> Self {
        Self {
            rotation: VecDeque::new(),
            waiting: HashMap::new(),
            len: 0,
            capacity,
            most_of_one,
        }
    }

    /// Adds an item behind those of its owner. It is given back if there is no room.
    pub(super) fn push(&mut self, owner: K, item: T) -> Result<(), T> {
        let own = self.waiting.get(&owner).map_or(0, VecDeque::len);
        if self.len >= self.capacity || own >= self.most_of_one {
            return Err(item);
        }
        if own == 0 {
            self.rotation.push_back(owner.clone());
        }
        self.waiting.entry(owner).or_default().push_back(item);
        self.len += 1;
        Ok(())
    }

    /// Takes the next item.
    pub(super) fn pop(&mut self) -> Option<(K, T)> {
        self.pop_of(|_| true)
    }

    /// Takes the next item of an owner who `may`; the others keep their places.
    pub(super) fn pop_of(&mut self, may: impl Fn(&K) -> bool) -> Option<(K, T)> {
        let place = self.rotation.iter().position(may)?;
        let owner = self.rotation.remove(place)?;
        let items = self.waiting.get_mut(&owner)?;
        let item = items.pop_front()?;
        self.len -= 1;
        if items.is_empty() {
            self.waiting.remove(&owner);
        } else {
            self.rotation.push_back(owner.clone());
        }
        Some((owner, item))
    }

    /// Takes the item of `owner` that `is` the wanted one out of the line, if it still waits.
    pub(super) fn remove(&mut self, owner: &K, is: impl Fn(&T) -> bool) -> Option<T> {
        let items = self.waiting.get_mut(owner)?;
        let item = items.remove(items.iter().position(is)?)?;
        self.len -= 1;
        if items.is_empty() {
            self.waiting.remove(owner);
            self.rotation.retain(|other| other != owner);
        }
        Some(item)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn line(items: &[(&'static str, u32)]) -> FairLine<&'static str, u32> {
        let mut line = FairLine::new(100, 100);
        for (owner, item) in items {
            line.push(*owner, *item).unwrap();
        }
        line
    }

    fn drain(mut line: FairLine<&'static str, u32>) -> Vec<(&'static str, u32)> {
        let all = std::iter::from_fn(|| line.pop()).collect();
        assert!(line.is_empty() && line.rotation.is_empty() && line.waiting.is_empty());
        all
    }

    #[test]
    fn owners_are_served_in_rotation_and_each_in_its_own_order() {
        let line = line(&[("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("c", 6)]);
        let order = [("a", 1), ("b", 4), ("c", 5), ("a", 2), ("c", 6), ("a", 3)];
        assert_eq!(drain(line), order);
    }

    #[test]
    fn an_owner_who_comes_back_goes_behind_the_others() {
        let mut line = line(&[("a", 1), ("b", 2), ("c", 3)]);
        for round in 0..9 {
            let (owner, _) = line.pop().unwrap();
            assert_eq!(owner, ["a", "b", "c"][round % 3]);
            line.push(owner, 0).unwrap();
        }
    }

    #[test]
    fn an_owner_who_may_not_is_passed_over_and_keeps_his_place() {
        let mut line = line(&[("a", 1), ("a", 2), ("b", 3), ("b", 4), ("c", 5)]);
        assert_eq!(line.pop_of(|owner| *owner != "a"), Some(("b", 3)));
        assert_eq!(line.pop_of(|_| false), None);
        assert_eq!(drain(line), [("a", 1), ("c", 5), ("b", 4), ("a", 2)]);
    }

    #[test]
    fn what_is_removed_leaves_nothing_behind() {
        let mut line = line(&[("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!(line.remove(&"b", |item| *item == 2), Some(2));
        assert_eq!(line.remove(&"b", |item| *item == 2), None);
        assert_eq!(line.remove(&"a", |item| *item == 2), None);
        assert_eq!(line.remove(&"a", |item| *item == 1), Some(1));
        assert_eq!(drain(line), [("a", 3)]);
    }

    #[test]
    fn no_owner_fills_the_line_for_the_others() {
        let mut line = FairLine::new(10, 4);
        let fill = |line: &mut FairLine<_, _>, owner| (0..).take_while(|item| line.push(owner, *item).is_ok()).count();
        assert_eq!(["a", "b", "c"].map(|owner| fill(&mut line, owner)), [4, 4, 2]);
        assert_eq!(line.len(), 10);
        line.pop().unwrap();
        assert_eq!(["c", "d"].map(|owner| fill(&mut line, owner)), [1, 0]);
    }
}
