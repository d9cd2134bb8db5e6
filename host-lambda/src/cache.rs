//! What one function instance remembers between events, within a bound.

/// The most recently used values, within a total weight. Small enough to be searched from end to end: each entry
/// stands for a network call that it saves.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    /// Least recently used first.
    entries: Vec<(K, V, usize)>,
    weight: usize,
    limit: usize,
}

impl<K: PartialEq, V: Clone> Cache<K, V> {
    /// An empty cache of this total weight.
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), weight: 0, limit }
    }

    /// The value of a key, which becomes the most recently used one.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        let position = self.entries.iter().rposition(|(known, ..)| known == key)?;
        let entry = self.entries.remove(position);
        let value = entry.1.clone();
        self.entries.push(entry);
        Some(value)
    }

    /// Remembers a value of this weight and forgets the least recently used ones that no longer fit. A value that is
    /// heavier than the whole cache is not remembered.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        if weight > self.limit {
            return;
        }
        self.weight += weight;
        self.entries.push((key, value, weight));
        let mut forgotten = 0;
        while self.weight > self.limit {
            self.weight -= self.entries[forgotten].2;
            forgotten += 1;
        }
        self.entries.drain(..forgotten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_is_forgotten_first() {
        let mut cache = Cache::new(10);
        cache.put("a", 1, 4);
        cache.put("b", 2, 4);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3, 4);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
        cache.put("d", 4, 10);
        assert_eq!((cache.entries.len(), cache.weight, cache.get(&"d")), (1, 10, Some(4)));
    }

    #[test]
    fn what_is_heavier_than_the_cache_is_not_remembered_and_pushes_nothing_out() {
        let mut cache = Cache::new(10);
        cache.put("a", 1, 4);
        cache.put("b", 2, 11);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(1), None));
    }
}
