//! The program that the regression guard counts does the work it says. (This also has it built for the guard.)

use std::process::Command;

use loggia_benches::hot::WORK;

fn ends_with(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_loggia-benches")).args(arguments).output().expect("the program");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn guarded_work_is_done() {
    for (name, ..) in WORK {
        assert_eq!(ends_with(&["work", name, "3"]), (Some(0), String::new()), "{name}");
    }
}

#[test]
fn work_that_does_not_exist_is_refused() {
    let (code, said) = ends_with(&["work", "rest", "3"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("rest: no such work"), "{said}");
    assert_eq!(ends_with(&["work", "hash", "many"]).0, Some(2));
    assert_eq!(ends_with(&["guard", "--bounds", "nowhere.json"]).0, Some(1));
}
