//! F: everything at once, for somebody in many channels. H: search.

use std::io;

use serde_json::json;

use super::{Bench, repeat};
use crate::load;
use crate::process::{Cores, Meter};
use crate::report::Goal;
use crate::site::Site;

pub async fn sync(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let people = site.people(1).await?;
    let token = people.first().map_or("", String::as_str);
    let paths = ["/sync".to_owned()];
    let mut made = 0;
    for channels in bench.pick(vec![50, 500], vec![200]) {
        for n in made..channels {
            let channel = site.channel(&format!("channel-{n}"), &people).await?;
            load::fill(site.address, &Site::seats(&channel, &people), 1, 1).await?;
        }
        made = channels;
        let meter = Meter::start(&site.program);
        let (p50, p99) = repeat(site.address, token, &paths, bench.pick(100, 30)).await?;
        let cores = meter.stop(&site.program);
        let name = format!("F sync of somebody in {channels} channels");
        let row = bench.row(format!("{name}: p50"), (p50, "ms"), None, cores, &site.program);
        row.aims_at(Goal::AtMost(50.0));
        bench.row(format!("{name}: p99"), (p99, "ms"), None, cores, &site.program);
    }
    Ok(())
}

pub async fn search(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let count = bench.pick(5_000, 1_000);
    let people = site.people(count).await?;
    let token = people.first().map_or("", String::as_str);
    for n in 0..bench.pick(500, 100) {
        let body = json!({ "name": format!("Subject {n}"), "alias": format!("subject-{n}") });
        site.ask("POST", "/channels", token, body).await?;
    }
    for (what, path) in [
        (format!("H people by name, of {count}"), "/users?query=person12"),
        (format!("H public channels by name, of {}", bench.pick(500, 100)), "/directory?query=subject%204"),
    ] {
        let (p50, p99) = repeat(site.address, token, &[path.to_owned()], bench.pick(500, 200)).await?;
        bench.row(format!("{what}: p50"), (p50, "ms"), None, Cores::default(), &site.program);
        bench.row(format!("{what}: p99"), (p99, "ms"), None, Cores::default(), &site.program);
    }
    Ok(())
}
