//! Numbers that say where a value is from. What they mean is known to whoever supplies the values.

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// How many marks a value has at most: what is made of more says only the first.
const MOST: usize = 16;

/// A small sorted set of numbers.
#[derive(Clone)]
pub struct Marks(Numbers);

/// Most values have one mark, which is stored without an allocation.
#[derive(Clone)]
enum Numbers {
    /// One mark, or none: then `mark` is zero.
    Few { mark: u32, is_one: bool },
    /// At least two.
    Many(Rc<[u32]>),
}

impl Marks {
    /// No marks.
    pub const NONE: Self = Self(Numbers::Few { mark: 0, is_one: false });

    /// One mark.
    #[must_use]
    pub fn one(mark: u32) -> Self {
        Self(Numbers::Few { mark, is_one: true })
    }

    /// These marks; of more than sixteen, the lowest.
    #[must_use]
    pub fn of(marks: impl IntoIterator<Item = u32>) -> Self {
        let mut all: Vec<u32> = marks.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(MOST);
        match all.as_slice() {
            [] => Self::NONE,
            [mark] => Self::one(*mark),
            _ => Self(Numbers::Many(all.into())),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Numbers::Few { is_one: false, .. })
    }

    /// The marks in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        match &self.0 {
            Numbers::Few { is_one: false, .. } => &[],
            Numbers::Few { mark, .. } => std::slice::from_ref(mark),
            Numbers::Many(marks) => marks,
        }
    }

    /// The marks of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.has_all(other) {
            return self.clone();
        }
        if other.has_all(self) {
            return other.clone();
        }
        Self::of(self.as_slice().iter().chain(other.as_slice()).copied())
    }

    fn has_all(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (_, Numbers::Few { is_one: false, .. }) => true,
            (Numbers::Few { mark, is_one }, Numbers::Few { mark: other, .. }) => *is_one && mark == other,
            (Numbers::Few { .. }, Numbers::Many(_)) => false,
            (Numbers::Many(marks), Numbers::Few { mark, .. }) => marks.binary_search(mark).is_ok(),
            (Numbers::Many(marks), Numbers::Many(others)) => {
                Rc::ptr_eq(marks, others) || others.iter().all(|mark| marks.binary_search(mark).is_ok())
            }
        }
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Marks {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Numbers::Few { mark, is_one }, Numbers::Few { mark: other, is_one: is_other }) => {
                mark == other && is_one == is_other
            }
            (Numbers::Many(marks), Numbers::Many(others)) => {
                Rc::ptr_eq(marks, others) || marks.iter().eq(others.iter())
            }
            _ => false,
        }
    }
}

impl Eq for Marks {}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Marks").field(&self.as_slice()).finish()
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
        assert_eq!(Marks::one(3).union(&Marks::of([3, 5])), Marks::of([3, 5]));
        assert_eq!(Marks::of([3, 5]).union(&Marks::NONE).union(&Marks::one(5)), Marks::of([3, 5]));
        assert_eq!(Marks::one(0).union(&Marks::one(7)), Marks::of([0, 7]));
        assert_ne!(Marks::one(0), Marks::NONE);
    }

    #[test]
    fn marks_take_little_room() {
        assert_eq!(size_of::<Marks>(), 2 * size_of::<usize>());
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
