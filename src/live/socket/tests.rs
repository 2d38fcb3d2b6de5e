use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::{Bounds, FIRST_WRITES_BYTES_MAX, Owner, Socket};

fn socket(frames: usize, bytes: usize) -> Arc<Socket> {
    let socket = Socket::new(1, Bounds { frames, bytes, pace: Duration::from_millis(50) }, Arc::default());
    socket.set_owner(Owner { user: 1, user_id: "@ann:a.test".to_owned(), session: "s".to_owned() });
    socket.channels().extend([7, 8]);
    socket
}

fn frame(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// All that is written next.
fn written(socket: &Socket) -> String {
    match socket.take(&Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Poll::Ready(None) => "the end".to_owned(),
        Poll::Pending => String::new(),
    }
}

#[test]
fn news_that_came_while_resuming_follows_what_was_missed() {
    let socket = socket(10, 1_000);
    assert!(socket.news(Some((7, 4)), &frame("four")));
    assert!(socket.news(Some((7, 5)), &frame("five")));
    assert!(socket.news(None, &frame("a marker")));
    socket.answer(frame("missed three and four,"));
    assert_eq!(written(&socket), "missed three and four,");
    assert_eq!(written(&socket), "");
    socket.go_live(BTreeMap::from([(7, 4)]));
    assert_eq!(written(&socket), "fivea marker");
}

#[test]
fn an_entry_that_was_read_from_the_log_is_not_told_again_when_its_news_is_late() {
    let socket = socket(10, 1_000);
    socket.go_live(BTreeMap::from([(7, 5)]));
    for (channel, seq) in [(7, 4), (7, 5), (7, 6), (8, 1)] {
        assert!(socket.news(Some((channel, seq)), &frame(&format!("{channel}/{seq} "))));
    }
    assert_eq!(written(&socket), "7/6 8/1 ");
}

#[test]
fn what_was_held_of_a_channel_that_is_no_longer_ones_own_is_not_told() {
    let socket = socket(10, 1_000);
    assert!(socket.news(Some((7, 5)), &frame("secret")));
    assert!(socket.news(None, &frame("you have left")));
    socket.channels().remove(&7);
    socket.go_live(BTreeMap::new());
    assert_eq!(written(&socket), "you have left");
}

#[test]
fn what_is_filled_in_later_comes_before_what_happens_meanwhile() {
    let socket = socket(10, 1_000);
    socket.go_live(BTreeMap::new());
    socket.hold();
    assert!(socket.news(Some((7, 5)), &frame("five")));
    assert!(socket.news(Some((7, 6)), &frame("six")));
    socket.answer(frame("four and five,"));
    socket.go_live(BTreeMap::from([(7, 5)]));
    assert_eq!(written(&socket), "four and five,six");
}

#[test]
fn whoever_does_not_read_is_told_to_resume_and_hears_no_more() {
    for (frames, bytes) in [(3, 1_000), (100, 12)] {
        let socket = socket(frames, bytes);
        socket.go_live(BTreeMap::new());
        for n in 0..3 {
            assert!(socket.news(Some((7, n)), &frame("news")), "{n}");
        }
        assert!(!socket.news(Some((7, 3)), &frame("one too many")));
        assert!(socket.is_over());
        assert!(socket.news(Some((7, 4)), &frame("later")), "it was cut off already");
        let written_last = written(&socket);
        assert!(written_last.contains("resync") && !written_last.contains("news"), "{written_last}");
        assert!(written_last.contains("too slow"));
        assert_eq!(written(&socket), "the end");
    }
}

#[test]
fn one_frame_fits_however_large() {
    let socket = socket(10, 8);
    socket.go_live(BTreeMap::new());
    assert!(socket.news(Some((7, 1)), &frame("longer than the bound")));
    assert_eq!(written(&socket), "longer than the bound");
}

#[test]
fn chatter_is_dropped_rather_than_that_somebody_is_cut_off_for_it() {
    let socket = socket(100, 10);
    socket.go_live(BTreeMap::new());
    assert!(socket.news(None, &frame("news 6")));
    for _ in 0..50 {
        socket.chatter(&frame("typing"));
    }
    assert!(!socket.is_over());
    assert_eq!(written(&socket), "news 6");
}

#[tokio::test]
async fn whoever_reads_nothing_of_what_they_missed_is_cut_off() {
    let socket = socket(100, 10);
    assert!(socket.answer_paced(frame("missed")).await);
    assert!(!socket.answer_paced(frame("more")).await);
    assert!(socket.is_over());
}

#[test]
fn who_asks_and_does_not_read_is_cut_off() {
    let socket = socket(3, 1_000);
    socket.go_live(BTreeMap::new());
    for _ in 0..3 {
        socket.answer(frame("pong"));
    }
    assert!(!socket.is_over());
    socket.answer(frame("pong"));
    assert!(socket.is_over());
    assert_eq!(socket.waiting(), 2, "come again, and good-bye");
}

#[test]
fn what_is_held_is_bounded_in_bytes_too() {
    let socket = socket(100, 1_000);
    let news = "n".repeat(400);
    assert!(socket.news(None, &frame(&news)) && socket.news(None, &frame(&news)));
    assert!(!socket.news(None, &frame(&news)));
    assert!(socket.is_over());
}

#[test]
fn what_waited_as_a_connection_went_live_cuts_off_nobody() {
    let socket = socket(4, 1_000);
    for _ in 0..4 {
        assert!(socket.news(None, &frame("held")));
    }
    socket.answer(frame(&"r".repeat(900)));
    socket.go_live(BTreeMap::new());
    for _ in 0..4 {
        assert!(socket.news(None, &frame("news")), "the held ones don't count");
    }
    while !written(&socket).is_empty() || socket.waiting() > 0 {}
    // All of that was read: the bounds are for what comes next.
    for _ in 0..4 {
        assert!(socket.news(None, &frame("news")));
    }
    assert!(!socket.news(None, &frame("news")));
}

#[test]
fn what_is_told_at_the_beginning_goes_out_in_small_writes() {
    let socket = socket(100, 100_000);
    let ready = "r".repeat(FIRST_WRITES_BYTES_MAX + 100);
    socket.answer(frame("missed,"));
    socket.answer(frame(&ready));
    socket.go_live(BTreeMap::new());
    let mut writes = Vec::new();
    // Between two of them there is a pause, in which the connection writes.
    for is_pause in [false, true, false] {
        writes.push(written(&socket));
        assert_eq!(writes.last().unwrap().is_empty(), is_pause);
    }
    assert_eq!(writes.concat(), format!("missed,{ready}"));
    assert!(writes.iter().all(|write| write.len() <= FIRST_WRITES_BYTES_MAX));
    let news = "n".repeat(FIRST_WRITES_BYTES_MAX + 100);
    assert!(socket.news(None, &frame(&news)));
    assert_eq!(written(&socket), "", "the last small write is on its way");
    assert_eq!(written(&socket), news);
}

#[test]
fn a_slow_reader_gets_the_rest_of_the_frame_that_it_has_begun() {
    let socket = socket(3, 100_000);
    let ready = "r".repeat(FIRST_WRITES_BYTES_MAX + 5);
    socket.answer(frame(&ready));
    socket.go_live(BTreeMap::new());
    let begun = written(&socket);
    while socket.news(None, &frame("news")) {}
    assert_eq!(written(&socket), "");
    let rest = written(&socket);
    assert!(rest.starts_with("rrrrr") && !rest.contains("news"), "{rest}");
    assert_eq!(begun.len() + rest.matches('r').count().min(5), ready.len());
}
