//! Numbers that say where a value is from. What they mean is known to whoever supplies the values.

use std::collections::BTreeSet;
use std::rc::Rc;

/// How many marks a value has at most: what is made of more says only the first.
const MOST: usize = 16;

/// A small sorted set of numbers.
#[derive(Clone, Debug, Default)]
pub struct Marks(Option<Rc<[u32]>>);

impl PartialEq for Marks {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(own), Some(theirs)) => Rc::ptr_eq(own, theirs) || own.iter().eq(theirs.iter()),
            (own, theirs) => own.is_none() && theirs.is_none(),
        }
    }
}

impl Eq for Marks {}

impl Marks {
    /// No marks.
    pub const NONE: Self = Self(None);

    /// One mark.
    #[must_use]
    pub fn one(mark: u32) -> Self {
        Self(Some(Rc::new([mark])))
    }

    /// These marks; of more than sixteen, the lowest.
    #[must_use]
    pub fn of(marks: impl IntoIterator<Item = u32>) -> Self {
        let mut all: Vec<u32> = marks.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(MOST);
        if all.is_empty() { Self(None) } else { Self(Some(all.into())) }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The marks in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The marks of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (Some(own), Some(theirs)) = (&self.0, &other.0) else {
            return if self.0.is_some() { self.clone() } else { other.clone() };
        };
        if Rc::ptr_eq(own, theirs) || theirs.iter().all(|mark| own.binary_search(mark).is_ok()) {
            return self.clone();
        }
        if own.iter().all(|mark| theirs.binary_search(mark).is_ok()) {
            return other.clone();
        }
        Self::of(own.iter().chain(theirs.iter()).copied())
    }
}

/// Marks that were seen during a render: dense numbers, as those of a table are.
#[derive(Clone, Debug, Default)]
pub struct MarkSet {
    dense: Vec<u64>,
    sparse: BTreeSet<u32>,
}

impl MarkSet {
    /// From here on, numbers are kept one by one.
    const DENSE: u32 = 1 << 24;

    pub(crate) fn add(&mut self, marks: &Marks) {
        for &mark in marks.as_slice() {
            match self.dense.get_mut((mark / 64) as usize) {
                Some(word) => *word |= 1 << (mark % 64),
                None => self.add_new(mark),
            }
        }
    }

    #[cold]
    fn add_new(&mut self, mark: u32) {
        if mark >= Self::DENSE {
            self.sparse.insert(mark);
            return;
        }
        let word = (mark / 64) as usize;
        self.dense.resize(word + 1, 0);
        self.dense[word] |= 1 << (mark % 64);
    }

    /// Notes all that another set has.
    pub fn extend(&mut self, other: &Self) {
        if self.dense.len() < other.dense.len() {
            self.dense.resize(other.dense.len(), 0);
        }
        self.dense.iter_mut().zip(&other.dense).for_each(|(own, others)| *own |= others);
        self.sparse.extend(&other.sparse);
    }

    /// Whether the mark was seen.
    #[must_use]
    pub fn contains(&self, mark: u32) -> bool {
        if mark >= Self::DENSE {
            return self.sparse.contains(&mark);
        }
        self.dense.get((mark / 64) as usize).is_some_and(|word| word >> (mark % 64) & 1 == 1)
    }

    /// All marks that were seen, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let dense = self.dense.iter().zip(0_u32..).flat_map(|(&word, index)| {
            let bits = std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)));
            bits.take_while(|left| *left != 0).map(move |left| index * 64 + left.trailing_zeros())
        });
        dense.chain(self.sparse.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_has_each_mark_once_in_order() {
        let union = Marks::of([5, 1]).union(&Marks::of([3, 5]));
        assert_eq!(union.as_slice(), [1, 3, 5]);
        assert_eq!(Marks::NONE.union(&Marks::one(2)).as_slice(), [2]);
        assert_eq!(Marks::of(0..40).as_slice().len(), 16);
    }

    #[test]
    fn a_set_knows_dense_and_sparse_marks() {
        let mut set = MarkSet::default();
        set.add(&Marks::of([0, 64, 3, u32::MAX]));
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 3, 64, u32::MAX]);
        assert!(set.contains(64) && set.contains(u32::MAX) && !set.contains(65));
        let mut all = MarkSet::default();
        all.add(&Marks::of([1, 127]));
        all.extend(&set);
        all.extend(&MarkSet::default());
        assert_eq!(all.iter().collect::<Vec<_>>(), [0, 1, 3, 64, 127, u32::MAX]);
    }
}
