//! What is known about the groups that one caller is in.

use std::time::Duration;

use uuid::Uuid;

/// Answers of Microsoft Graph about one caller, each with its age. A group that isn't in here is unknown, which is neither "yes"
/// nor "no". They are facts about a moment: made for one decision and not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memberships(Vec<(Uuid, Answer)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    member: bool,
    age: Duration,
}

impl Memberships {
    /// Nothing is known.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the answer about one group, by its object id, with the time that went by since Graph gave it.
    pub fn insert(&mut self, group: Uuid, member: bool, age: Duration) {
        let answer = Answer { member, age };
        match self.place(group) {
            Ok(place) => self.0[place].1 = answer,
            Err(place) => self.0.insert(place, (group, answer)),
        }
    }

    /// Whether the caller is in a group, directly or through others. None: unknown.
    #[must_use]
    pub fn get(&self, group: Uuid) -> Option<bool> {
        self.answer(group).map(|answer| answer.member)
    }

    /// How old the answer about a group is. None: there is none.
    #[must_use]
    pub fn age(&self, group: Uuid) -> Option<Duration> {
        self.answer(group).map(|answer| answer.age)
    }

    fn answer(&self, group: Uuid) -> Option<&Answer> {
        self.place(group).ok().map(|place| &self.0[place].1)
    }

    /// Where a group is, or would be: they are in order.
    fn place(&self, group: Uuid) -> Result<usize, usize> {
        self.0.binary_search_by_key(&group, |(group, _)| *group)
    }
}

/// Answers that were just given.
impl FromIterator<(Uuid, bool)> for Memberships {
    fn from_iter<I: IntoIterator<Item = (Uuid, bool)>>(answers: I) -> Self {
        answers
            .into_iter()
            .map(|(group, member)| (group, member, Duration::ZERO))
            .collect()
    }
}

/// Answers with their ages.
impl FromIterator<(Uuid, bool, Duration)> for Memberships {
    fn from_iter<I: IntoIterator<Item = (Uuid, bool, Duration)>>(answers: I) -> Self {
        let mut memberships = Self::none();
        for (group, member, age) in answers {
            memberships.insert(group, member, age);
        }
        memberships
    }
}
