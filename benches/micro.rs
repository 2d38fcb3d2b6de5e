//! How long one unit of each hot path takes: `make bench-micro`.

use criterion::Criterion;
use loggia_benches::hot::{WORK, prepare};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, ..) in WORK {
        let mut work = prepare(name).expect("the work is known");
        criterion.bench_function(name, |bench| bench.iter(|| work().expect("it is done")));
    }
    criterion.final_summary();
}
