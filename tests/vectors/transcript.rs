//! Two servers' exchange as it is written down in `spec/transcripts/`: all of it verifies, and what of it follows from keys,
//! clock and nonces comes out of our code as the same octets. (That the servers still say so is `federation-tests`' to show.)

use std::collections::{BTreeMap, BTreeSet};

use loggia::protocol::audit::{Audit, Item};
use loggia::protocol::event::{Event, SignedEvent};
use loggia::protocol::head::SignedHead;
use loggia::protocol::http_sig::{Address, Nonces, Params, Request, parse, sign};
use loggia::protocol::ids::{ChannelId, Hash, ServerName};
use loggia::protocol::json;
use loggia::protocol::key_document::KeyDocument;
use loggia::protocol::log::Entry;
use loggia::protocol::sign::SigningKey;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{directory, number, parsed, text};

fn key(server: &str, kid: &str) -> SigningKey {
    SigningKey::from_seed(Sha256::digest(format!("test key\n{server}/{kid}")).into())
}

fn json_of(text: &Value) -> Value {
    serde_json::from_str(text.as_str().expect("a body")).expect("JSON")
}

/// What a member's server makes of all that it is sent.
struct Reader {
    channel: ChannelId,
    documents: BTreeMap<ServerName, KeyDocument>,
    nonces: Nonces,
    audit: Audit,
    last_head: Option<SignedHead>,
    events: BTreeMap<String, Value>,
    counts: BTreeMap<&'static str, usize>,
    /// Entries that the host answered with.
    promised: Vec<Entry>,
    placed: BTreeMap<i64, Entry>,
}

impl Reader {
    fn new(channel: ChannelId) -> Reader {
        Reader {
            audit: Audit::new(channel.clone()),
            channel,
            documents: BTreeMap::new(),
            nonces: Nonces::default(),
            last_head: None,
            events: BTreeMap::new(),
            counts: BTreeMap::new(),
            promised: Vec::new(),
            placed: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn exchange(&mut self, exchange: &Value, now: i64) {
        let (asked, answer) = (&exchange["request"], &exchange["response"]);
        let target = text(&asked["target"]);
        if target == "/.well-known/loggia" {
            return self.document(&parsed(&exchange["to"]), &text(&answer["body"]), now);
        }
        self.request(exchange, now);
        let end = target.rsplit('/').next().expect("a path");
        match end.split('?').next().expect("a path") {
            "join" | "events" => self.submission(&json_of(&asked["body"]), &json_of(&answer["body"])),
            "entries" => self.batch(&json_of(&asked["body"]), &json_of(&answer["body"])),
            "heads" => self.heads(&json_of(&asked["body"]), &json_of(&answer["body"])),
            "signals" => assert_eq!(answer["status"], 204),
            "profile" => assert_eq!(number(&json_of(&answer["body"])["ts"]), now),
            _ if target.contains("/aliases/") => self.card(&json_of(&answer["body"])),
            other => panic!("{other} was not expected"),
        }
    }

    fn document(&mut self, server: &ServerName, body: &str, now: i64) {
        let document = KeyDocument::check(body.as_bytes(), server, now).expect("a key document");
        let signed = document.set.clone().sign(&key(server.as_str(), "root"));
        let signer = key(server.as_str(), document.kid.as_str());
        let made = KeyDocument::make(&signed, &document.endpoint, &document.kid, &signer, document.ts);
        assert_eq!(made.json, body);
        self.documents.insert(server.clone(), document);
        self.count("documents");
    }

    /// 7.3, and 7.2 again.
    fn request(&mut self, exchange: &Value, now: i64) {
        let asked = &exchange["request"];
        let field = |name: &str| asked["fields"][name].as_str();
        let all = |name: &str| -> Vec<&str> { field(name).into_iter().collect() };
        let to: ServerName = parsed(&exchange["to"]);
        let address = Address {
            origin: &all("loggia-origin"),
            destination: &all("loggia-destination"),
            version: &all("loggia-version"),
            host: &all("host"),
        };
        let endpoint = &self.documents[&to].endpoint;
        let addressed =
            address.check(&to, endpoint.trim_start_matches("https://")).expect("for its receiver");
        let claim = parse(&all("signature-input"), &all("signature")).expect("a signature");
        claim.check_time(now / 1_000).expect("in time");
        let target = text(&asked["target"]);
        let (path, query) =
            target.split_once('?').map_or((&*target, None), |(path, query)| (path, Some(query)));
        let method = text(&asked["method"]);
        let request = Request {
            method: &method,
            authority: &addressed.authority,
            path,
            query,
            origin: &addressed.origin,
            destination: &addressed.destination,
            version: field("loggia-version").expect("a version"),
            content_type: field("content-type"),
            body: asked["body"].as_str().map(str::as_bytes),
        };
        let public = self.documents[&addressed.origin].set.key_at(claim.keyid(), now).expect("a key");
        claim.verify(&request, &all("content-digest"), &public).expect("verified");
        assert!(self.nonces.take(&addressed.origin, claim.nonce(), claim.expires()), "a new nonce");
        let params = Params {
            created: claim.created(),
            expires: claim.expires(),
            nonce: claim.nonce().clone(),
            keyid: claim.keyid().clone(),
        };
        let again = sign(&request, &params, &key(addressed.origin.as_str(), claim.keyid().as_str()));
        let again = again.expect("signed");
        assert_eq!(again.content_digest.as_deref(), field("content-digest"));
        assert_eq!(Some(&*again.signature_input), field("signature-input"));
        assert_eq!(Some(&*again.signature), field("signature"));
        self.count("requests");
    }

    /// An event as it was sent: canonical, and signed as its author's server signs it.
    fn event(&mut self, sent: &Value) -> SignedEvent {
        let bytes = json::to_canonical(&sent["event"]).expect("JSON");
        let signed = SignedEvent::from_parts(bytes, parsed(&sent["signature"])).expect("an event");
        let author = signed.event.sender.server();
        let again = SignedEvent::sign(
            serde_json::from_slice::<Event>(&signed.bytes).expect("an event"),
            &key(author.as_str(), signed.event.kid.as_str()),
        );
        assert_eq!((&again.bytes, again.signature), (&signed.bytes, signed.signature));
        self.count("events");
        signed
    }

    fn head(&mut self, given: &Value) -> SignedHead {
        let signed: SignedHead = serde_json::from_value(given.clone()).expect("a head");
        let signer = key(signed.head.host.as_str(), signed.head.kid.as_str());
        signed.verify(&signer.public()).expect("the host's signature");
        assert_eq!(SignedHead::sign(signed.head.clone(), &signer), signed);
        assert_eq!(signed.head.channel, self.channel);
        self.count("heads");
        signed
    }

    fn card(&mut self, card: &Value) {
        let genesis = self.event(&card["genesis"]);
        assert_eq!(genesis.channel_id(), self.channel);
        self.last_head = Some(self.head(&card["head"]));
    }

    fn submission(&mut self, submission: &Value, answer: &Value) {
        let results = answer["results"].as_array().expect("results");
        let events = submission["events"].as_array().expect("events");
        assert_eq!(results.len(), events.len());
        for (event, result) in events.iter().zip(results) {
            let signed = self.event(event);
            let entry: Entry = serde_json::from_value(result["entry"].clone()).expect("an entry");
            assert_eq!(entry.event, signed.id);
            self.events.insert(signed.id.as_str().to_owned(), event.clone());
            self.promised.push(entry);
        }
    }

    fn batch(&mut self, batch: &Value, answer: &Value) {
        for sent in batch["entries"].as_array().expect("entries") {
            let signed = self.event(sent);
            let entry: Entry = serde_json::from_value(sent["entry"].clone()).expect("an entry");
            // What a member wrote comes back as it was.
            if let Some(own) = self.events.get(signed.id.as_str()) {
                assert_eq!((&own["event"], &own["signature"]), (&sent["event"], &sent["signature"]));
            }
            let body = (!sent["body"].is_null()).then(|| json::to_canonical(&sent["body"]).expect("JSON"));
            self.placed.insert(entry.seq, entry.clone());
            let (event, signature) = (signed.bytes, signed.signature);
            assert!(self.audit.entry(Item {
                entry,
                event,
                signature,
                body: body.as_deref(),
                void: false,
                gone: false
            }));
        }
        let head = self.head(&batch["head"]);
        self.audit.head(&head);
        assert_eq!(self.audit.findings, []);
        let root: Hash = parsed(&answer["root"]);
        assert_eq!((head.head.size, head.head.root), (number(&answer["size"]), root));
        assert_eq!(answer["void"], serde_json::json!([]));
        self.last_head = Some(head);
    }

    fn heads(&mut self, claims: &Value, answer: &Value) {
        let claim = &claims["heads"][0];
        let had = self.last_head.clone().expect("a head").head;
        assert_eq!(claim["channel"], self.channel.as_str());
        assert_eq!((number(&claim["size"]), parsed::<Hash>(&claim["root"])), (had.size, had.root));
        assert!(self.head(&answer["heads"][0]).head.size > had.size);
    }
}

#[test]
fn the_transcript_verifies_and_is_what_we_would_say() {
    let path = directory().join("../transcripts/two-servers.json");
    let transcript: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the transcript")).expect("JSON");
    let mut reader = Reader::new(parsed(&transcript["channel"]));
    let mut steps = BTreeSet::new();
    for step in transcript["steps"].as_array().expect("steps") {
        steps.insert(text(&step["step"]));
        for exchange in step["exchanges"].as_array().expect("exchanges") {
            reader.exchange(exchange, number(&step["now"]));
        }
    }
    for wanted in ["discover and join", "send", "edit", "delete", "kick", "catch up"] {
        assert!(steps.contains(wanted), "{wanted}");
    }
    reader.audit.finish();
    // The host sent the second message's body before it was deleted: that is in the transcript, and in no export.
    let left: Vec<&str> = reader.audit.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(left, ["body_not_deleted"]);
    for entry in &reader.promised {
        assert_eq!(reader.placed.get(&entry.seq), Some(entry), "as the host answered");
    }
    let counts = &reader.counts;
    assert_eq!(counts["documents"], 2);
    assert!(counts["requests"] >= 15 && counts["events"] >= 18 && counts["heads"] >= 9, "{counts:?}");
}
