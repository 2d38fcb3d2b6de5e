//! Every world that can be reached, breadth first, so that the first way to a broken one is a shortest one.

use std::collections::{BTreeMap, HashSet};
use std::mem::{Discriminant, discriminant};

use loggia::protocol::head::Finding;

use crate::log::Tree;
use crate::world::{Action, Conduct, Member, Mishaps, Mode, World};

/// What must hold of every world.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Invariant {
    /// No two of host and members have different entries at one place.
    PrefixesAgree,
    /// What an author's server saw in the log stays in the log, at its place.
    AcknowledgedIsKept,
    /// No two heads that the host signed contradict each other.
    OneTruth,
    /// Two members whose logs contradict each other find out when they compare heads; others don't.
    ForksAreFound,
    /// What a server told its people of stays as it was there, whatever the host does.
    NothingIsRewritten,
    /// Nobody accuses an honest host.
    NoFalseAlarm,
}

#[derive(Debug, Default)]
pub struct Explored {
    pub worlds: usize,
    pub steps: usize,
    /// The longest of the shortest ways to a world.
    pub depth: usize,
    /// Worlds in which the members were shown logs that contradict each other.
    pub forked: usize,
    pub kinds_of_steps: Vec<Discriminant<Action>>,
    /// The first and shortest way to each, after the steps that were given.
    pub broken: BTreeMap<Invariant, Vec<Action>>,
}

/// How a world was come by first: from which one, by which step.
type Way = Option<(usize, Action)>;

/// Explores up to `depth_max` steps after the `first` ones, which are taken as they stand.
pub fn explore(conduct: Conduct, mishaps: Mishaps, first: &[Action], depth_max: usize) -> Explored {
    let mut tree = Tree::new();
    let mut explored = Explored::default();
    let mut start = World::new(mishaps);
    for action in first {
        start = start.after(*action, conduct, &mut tree).expect("a step that can be taken");
    }
    let mut ways: Vec<Way> = vec![None];
    let mut edge = vec![(0, start.clone())];
    let mut known = HashSet::from([start]);
    while !edge.is_empty() && explored.depth < depth_max {
        let mut next_edge = Vec::new();
        for (number, world) in edge {
            for action in world.actions(conduct) {
                let Some(next) = world.after(action, conduct, &mut tree) else { continue };
                explored.count(action);
                if known.contains(&next) {
                    continue;
                }
                ways.push(Some((number, action)));
                for invariant in broken(&next, conduct, &mut tree) {
                    explored.broken.entry(invariant).or_insert_with(|| way(&ways));
                }
                explored.forked += usize::from(!next.members_agree());
                known.insert(next.clone());
                next_edge.push((ways.len() - 1, next));
            }
        }
        explored.depth += 1;
        edge = next_edge;
    }
    explored.worlds = known.len();
    explored
}

impl Explored {
    fn count(&mut self, action: Action) {
        self.steps += 1;
        if !self.kinds_of_steps.contains(&discriminant(&action)) {
            self.kinds_of_steps.push(discriminant(&action));
        }
    }
}

/// The steps to the last world.
fn way(ways: &[Way]) -> Vec<Action> {
    let last = ways.last().copied().flatten();
    let backwards = std::iter::successors(last, |(before, _)| ways[*before]).map(|(_, action)| action);
    let mut steps: Vec<Action> = backwards.collect();
    steps.reverse();
    steps
}

/// The invariants that a world breaks.
fn broken(world: &World, conduct: Conduct, tree: &mut Tree) -> Vec<Invariant> {
    let mut found = Vec::new();
    let mut hold = |invariant, holds: bool| {
        if !holds {
            found.push(invariant);
        }
    };
    hold(Invariant::ForksAreFound, world.is_fork_found(conduct, tree) != world.members_agree());
    let is_as_told = |member: &Member| member.log.agrees(&member.told);
    hold(Invariant::NothingIsRewritten, world.members.iter().all(is_as_told));
    // What a host that shows two logs does to its members, they find out; more can't be asked.
    if conduct.has_two_logs() {
        return found;
    }
    let [one, other] = &world.members;
    hold(Invariant::NoFalseAlarm, !one.frozen && !other.frozen);
    let mut pairs = world
        .signed
        .iter()
        .enumerate()
        .flat_map(|(at, log)| world.signed[..at].iter().map(move |other| (other, log)));
    hold(Invariant::OneTruth, pairs.all(|(one, other)| tree.compare(*one, *other) == Finding::Consistent));
    let logs = [world.host.log, one.log, other.log];
    hold(Invariant::PrefixesAgree, logs.iter().all(|log| logs.iter().all(|other| log.agrees(other))));
    // While it recovers, the host has not got everything back.
    let is_kept = |(at, event): (usize, _)| world.host.log.events().get(at) == Some(&event);
    let is_recovering = world.host.mode != Mode::Serving;
    hold(Invariant::AcknowledgedIsKept, is_recovering || world.acknowledged().all(is_kept));
    found
}
