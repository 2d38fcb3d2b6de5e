//! F: everything at once, for somebody in many channels.

use std::io;

use super::{Bench, repeat};
use crate::load;
use crate::process::Meter;
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
