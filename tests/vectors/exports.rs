//! Whole exports (chapter 20), by the function behind `loggia verify`.

use loggia::domain::verify::{ExportError, verify_export};
use serde_json::json as value;

use crate::{octets, run};

#[test]
fn exports_hold_or_are_found_out() {
    run("export/files.json", |_, input| {
        let octets = octets(input);
        let audit = match verify_export(octets.as_slice()) {
            Ok((_, audit)) => audit,
            Err(ExportError::FirstLine(_)) => return Err("no_export".to_owned()),
            Err(error) => panic!("{error}"),
        };
        match audit.findings.first() {
            Some(finding) => Err(finding.code.to_owned()),
            None => Ok(value!({
                "entries": audit.entries,
                "servers": audit.servers.len(),
                "bodies": audit.bodies,
                "deleted": audit.deleted,
                "missing": audit.missing,
                "void": audit.void,
            })),
        }
    });
}
