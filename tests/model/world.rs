//! A host, two members' servers, and what is on its way between them; every step that one of them can take.

use crate::log::{Event, Log, Received, Tree};
use loggia::protocol::head::Finding;

pub const MEMBERS: usize = 2;
/// Per member.
pub const EVENTS_MAX: [u8; MEMBERS] = [2, 1];
pub const MESSAGES_MAX: usize = 3;
pub const QUEUE_MAX: usize = 2;

/// How the host and the members behave. All but the first two are faults that must be found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Conduct {
    /// After a crash or a restored backup it asks all members and adopts what it signed, then goes on; a member that has
    /// answered takes nothing any more that was sent before the question.
    Honest,
    /// Shows two logs.
    Equivocating,
    /// Appends after a restore without having asked.
    NotAdopting,
    /// Goes on when one member has answered.
    AskingOne,
    /// Members take what was sent before the question that they have answered.
    NotFencing,
    /// Announces what is not durable yet.
    Hasty,
    /// Shows two logs, to members who compare heads of the same size only.
    ComparingSizes,
    /// Members tell their people that something is in the log before they have stored it.
    HastyMembers,
    /// Members answer a restored host while they are still storing what it had sent before.
    AnsweringEarly,
}

impl Conduct {
    pub fn has_two_logs(self) -> bool {
        matches!(self, Self::Equivocating | Self::ComparingSizes)
    }
}

/// How much may go wrong in one run.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Mishaps {
    pub crashes: u8,
    pub backups: u8,
    pub restores: u8,
    pub duplicates: u8,
    /// Of members' servers. A batch that one has received and not stored yet is lost.
    pub member_crashes: u8,
    /// Of members' servers, to any earlier state.
    pub member_restores: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Mode {
    Serving,
    /// Reads only, until everybody was asked.
    Recovering {
        answered: [bool; MEMBERS],
    },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Message {
    Submit {
        event: Event,
    },
    /// The entries from `start` on, and the head over `log`.
    Batch {
        to: usize,
        start: u8,
        log: Log,
    },
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Host {
    /// Durable.
    pub log: Log,
    pub backup: Log,
    /// Lost in a crash.
    queue: Vec<Event>,
    pub mode: Mode,
    /// The other log of a host that has two.
    pub second: Option<Log>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Member {
    /// Durable, and with it the head over exactly this.
    pub log: Log,
    /// What it has received and is still storing; always nothing where members do not crash.
    storing: Option<Log>,
    /// The longest log that it has ever told its people of. No server knows this: it is for those who look at the model.
    pub told: Log,
    written: u8,
    /// It has evidence of a fork: it takes nothing and writes nothing.
    pub frozen: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct World {
    pub host: Host,
    pub members: [Member; MEMBERS],
    /// On their way, in the order of sending, delivered in any.
    messages: Vec<Message>,
    /// Every log that the host signed a head over. Where it may be restored: of these, what a member has taken, because a
    /// host cannot know again what nobody but itself ever had.
    pub signed: Vec<Log>,
    may_be_restored: bool,
    members_may_crash: bool,
    left: Mishaps,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Action {
    /// A member's user writes; the event is sent.
    Write {
        member: usize,
    },
    /// What is not in the log yet is sent again.
    Resend {
        event: Event,
    },
    Deliver {
        message: usize,
    },
    /// It arrives, and will arrive again.
    Duplicate {
        message: usize,
    },
    /// Everything that is queued becomes durable at once, and the head is signed.
    Commit {
        second: bool,
    },
    /// To `to`, from `start` on.
    Send {
        to: usize,
        start: u8,
        second: bool,
    },
    Crash,
    Backup,
    Restore,
    /// What a member has received becomes durable.
    Store {
        member: usize,
    },
    MemberCrash {
        member: usize,
    },
    /// A member goes back to the first entries of its log.
    MemberRestore {
        member: usize,
        size: u8,
    },
    Ask {
        member: usize,
    },
    Resume,
    /// The members compare their heads.
    Compare,
    /// From now on the host has two logs.
    Fork,
}

/// The author is in the number: member 0 writes 1, 2, ..; member 1 writes 11, 12, ..
fn author(event: Event) -> usize {
    usize::from(event / 10)
}

fn written_by(member: usize, written: u8) -> impl Iterator<Item = Event> {
    let first = u8::try_from(member).expect("a few members") * 10;
    (1..=written).map(move |number| first + number)
}

impl World {
    pub fn new(left: Mishaps) -> Self {
        let log = Log::founded();
        let member = Member { log, storing: None, told: log, written: 0, frozen: false };
        let host = Host { log, backup: log, queue: Vec::new(), mode: Mode::Serving, second: None };
        Self {
            host,
            members: [member.clone(), member],
            messages: Vec::new(),
            signed: vec![log],
            may_be_restored: left.restores > 0,
            members_may_crash: left.member_crashes > 0,
            left,
        }
    }

    /// Every step that can be taken now. One that leads nowhere new costs nothing but its try.
    pub fn actions(&self, conduct: Conduct) -> Vec<Action> {
        let mut found = Vec::new();
        for (member, Member { written, frozen, .. }) in self.members.iter().enumerate() {
            if !frozen && *written < EVENTS_MAX[member] {
                found.push(Action::Write { member });
            }
            let lost = written_by(member, *written).filter(|event| !frozen && self.is_lost(*event));
            found.extend(lost.map(|event| Action::Resend { event }));
        }
        for message in 0..self.messages.len() {
            found.push(Action::Deliver { message });
            if self.left.duplicates > 0 {
                found.push(Action::Duplicate { message });
            }
        }
        match self.host.mode {
            Mode::Serving => self.serve(conduct, &mut found),
            Mode::Recovering { answered } => {
                let asked = answered.iter().enumerate().filter(|(_, answered)| !**answered);
                found.extend(asked.map(|(member, _)| Action::Ask { member }));
                found.push(Action::Resume);
            }
        }
        self.mishaps_of_members(&mut found);
        if self.left.crashes > 0 {
            found.push(Action::Crash);
        }
        if self.left.restores > 0 {
            found.push(Action::Restore);
        }
        found.push(Action::Compare);
        found
    }

    fn mishaps_of_members(&self, found: &mut Vec<Action>) {
        for (member, Member { log, storing, .. }) in self.members.iter().enumerate() {
            if storing.is_some() {
                found.push(Action::Store { member });
                if self.left.member_crashes > 0 {
                    found.push(Action::MemberCrash { member });
                }
            }
            if self.left.member_restores > 0 {
                let size = u8::try_from(log.size()).expect("a short log");
                found.extend((1..size).map(|size| Action::MemberRestore { member, size }));
            }
        }
    }

    /// What is sent again although it is not lost, is among the duplicates.
    fn is_lost(&self, event: Event) -> bool {
        let is_somewhere = self.host.log.contains(event) || self.host.queue.contains(&event);
        !is_somewhere && !self.messages.contains(&Message::Submit { event })
    }

    fn serve(&self, conduct: Conduct, found: &mut Vec<Action>) {
        let logs = [(false, Some(self.host.log)), (true, self.host.second)];
        for (second, log) in logs.into_iter().filter_map(|(second, log)| Some((second, log?))) {
            if !self.host.queue.is_empty() {
                found.push(Action::Commit { second });
            }
            for to in 0..MEMBERS {
                let last = u8::try_from(log.size()).expect("a short log") - 1;
                // The whole log, or only its end.
                found.extend([0, last].map(|start| Action::Send { to, start, second }));
            }
        }
        if self.left.backups > 0 {
            found.push(Action::Backup);
        }
        if conduct.has_two_logs() && self.host.second.is_none() {
            found.push(Action::Fork);
        }
    }

    /// The world after a step, or nothing if it can't be taken or changes nothing.
    pub fn after(&self, action: Action, conduct: Conduct, tree: &mut Tree) -> Option<Self> {
        let mut next = self.clone();
        next.take(action, conduct, tree);
        let is_within = next.messages.len() <= MESSAGES_MAX && next.host.queue.len() <= QUEUE_MAX;
        (is_within && next != *self).then_some(next)
    }

    fn take(&mut self, action: Action, conduct: Conduct, tree: &mut Tree) {
        match action {
            Action::Write { member } => {
                self.members[member].written += 1;
                let written = self.members[member].written;
                self.messages
                    .extend(written_by(member, written).last().map(|event| Message::Submit { event }));
            }
            Action::Resend { event } => self.send(Message::Submit { event }),
            Action::Deliver { message } => {
                let message = self.messages.remove(message);
                self.deliver(message, conduct, tree);
            }
            Action::Duplicate { message } => {
                self.left.duplicates -= 1;
                self.deliver(self.messages[message], conduct, tree);
            }
            Action::Commit { second } => self.commit(second),
            Action::Send { to, start, second } => {
                let mut log = if second { self.host.second.expect("a second log") } else { self.host.log };
                if conduct == Conduct::Hasty {
                    self.host.queue.iter().for_each(|event| log.push(*event));
                    self.sign(log);
                }
                // What tells nothing new now never will.
                if tree.receive(self.members[to].log, log, start) != Received::Known {
                    self.send(Message::Batch { to, start, log });
                }
            }
            Action::Crash => {
                self.left.crashes -= 1;
                self.restart(conduct);
            }
            Action::Backup => {
                self.left.backups -= 1;
                self.host.backup = self.host.log;
            }
            Action::Restore => {
                self.left.restores -= 1;
                self.host.log = self.host.backup;
                self.restart(conduct);
            }
            Action::Store { member } => self.store(member),
            Action::MemberCrash { member } => {
                self.left.member_crashes -= 1;
                self.members[member].storing = None;
            }
            Action::MemberRestore { member, size } => {
                self.left.member_restores -= 1;
                let member = &mut self.members[member];
                member.log = member.log.first(size.into());
                member.storing = None;
                // Evidence is as old as the rest.
                member.frozen = false;
            }
            Action::Ask { member } => self.ask(member, conduct, tree),
            Action::Resume => self.resume(conduct),
            Action::Compare => {
                if self.is_fork_found(conduct, tree) {
                    self.members.iter_mut().for_each(|member| member.frozen = true);
                }
            }
            Action::Fork => self.host.second = Some(self.host.log),
        }
    }

    /// Whether the members, comparing their heads, find out that they were shown two logs.
    pub fn is_fork_found(&self, conduct: Conduct, tree: &mut Tree) -> bool {
        let [one, other] = self.members.each_ref().map(|member| member.log);
        if conduct == Conduct::ComparingSizes && one.size() != other.size() {
            return false;
        }
        // A proof that does not hold leaves the matter open: the host has to show one, and cannot.
        tree.compare(one, other) != Finding::Consistent
    }

    pub fn members_agree(&self) -> bool {
        let [one, other] = &self.members;
        one.log.agrees(&other.log)
    }

    /// The same twice on its way is what duplicates are for.
    fn send(&mut self, message: Message) {
        if !self.messages.contains(&message) {
            self.messages.push(message);
        }
    }

    fn sign(&mut self, log: Log) {
        if !self.signed.contains(&log) {
            self.signed.push(log);
        }
    }

    fn deliver(&mut self, message: Message, conduct: Conduct, tree: &mut Tree) {
        match message {
            Message::Submit { event } => {
                let host = &mut self.host;
                let is_new = !host.log.contains(event) && !host.queue.contains(&event);
                if host.mode == Mode::Serving && is_new {
                    host.queue.push(event);
                }
            }
            Message::Batch { to, start, log } => {
                let member = &mut self.members[to];
                // One after the other.
                if member.frozen || member.storing.is_some() {
                    return;
                }
                match tree.receive(member.log, log, start) {
                    Received::Extended(log) => {
                        if conduct == Conduct::HastyMembers {
                            member.told = member.told.longer(log);
                        }
                        member.storing = Some(log);
                        if !self.members_may_crash {
                            self.store(to);
                        }
                    }
                    Received::Conflict => member.frozen = true,
                    Received::Known | Received::Gap => {}
                }
            }
        }
    }

    /// What a member received is durable: now it tells its people, and the host.
    fn store(&mut self, member: usize) {
        let member = &mut self.members[member];
        let Some(log) = member.storing.take() else { return };
        member.log = log;
        member.told = member.told.longer(log);
        self.sign(log);
    }

    fn commit(&mut self, second: bool) {
        let mut queue = std::mem::take(&mut self.host.queue);
        // Whoever has two logs says different things in them.
        if second {
            queue.reverse();
        }
        let log = if second { self.host.second.as_mut().expect("a second log") } else { &mut self.host.log };
        for event in &queue {
            if !log.contains(*event) {
                log.push(*event);
            }
        }
        let log = *log;
        if !self.may_be_restored {
            self.sign(log);
        }
        if self.host.second.is_some() {
            self.host.queue = queue;
        }
    }

    fn restart(&mut self, conduct: Conduct) {
        self.host.queue.clear();
        self.host.mode = match conduct {
            Conduct::NotAdopting => Mode::Serving,
            _ => Mode::Recovering { answered: [false; MEMBERS] },
        };
    }

    /// The host asks for everything that a member has, and adopts what it signed itself.
    fn ask(&mut self, member: usize, conduct: Conduct, tree: &mut Tree) {
        let Mode::Recovering { answered } = &mut self.host.mode else { return };
        answered[member] = true;
        // REPL-27: what it was taking already is kept before it answers.
        if conduct != Conduct::AnsweringEarly {
            self.store(member);
        }
        if let Received::Extended(log) = tree.receive(self.host.log, self.members[member].log, 0) {
            self.host.log = log;
        }
        if conduct != Conduct::NotFencing {
            self.messages.retain(|message| !matches!(message, Message::Batch { to, .. } if *to == member));
        }
    }

    fn resume(&mut self, conduct: Conduct) {
        let Mode::Recovering { answered } = self.host.mode else { return };
        let enough = match conduct {
            Conduct::AskingOne => answered.contains(&true),
            _ => answered.iter().all(|answered| *answered),
        };
        if enough {
            self.host.mode = Mode::Serving;
        }
    }

    /// Events of which their author's server knows that they are in the log.
    pub fn acknowledged(&self) -> impl Iterator<Item = (usize, Event)> {
        self.members.iter().enumerate().flat_map(|(number, member)| {
            let places = member.told.events().iter().copied().enumerate();
            places.filter(move |(_, event)| *event != 0 && author(*event) == number)
        })
    }
}
