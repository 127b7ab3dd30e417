//! A map that can't outgrow its bound, for whatever a peer may make the server remember.

use std::collections::{HashMap, VecDeque};

/// A map of at most `limit` entries, which forgets the oldest to take in a new one.
pub(crate) struct BoundedMap<V> {
    limit: usize,
    entries: HashMap<String, V>,
    // Holds exactly the keys of `entries`, oldest first.
    order: VecDeque<String>,
}

impl<V> BoundedMap<V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            entries: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    pub(crate) fn insert(&mut self, key: String, value: V) {
        if self.entries.insert(key.clone(), value).is_some() {
            self.order.retain(|known| *known != key);
        }
        self.order.push_back(key);
        while self.order.len() > self.limit {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.entries.get_mut(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_the_oldest_when_full() {
        let mut map = BoundedMap::new(2);
        for key in ["a", "b", "a", "c"] {
            map.insert(key.to_owned(), key.to_owned());
        }
        assert_eq!(
            (map.get("a").is_some(), map.get("b").is_some(), map.get("c").is_some()),
            (true, false, true)
        );
        assert_eq!(map.order.len(), map.entries.len());
    }
}
