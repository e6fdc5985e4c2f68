//! A lost database: work stops, says so, and goes on by itself.

use std::time::Duration;

use crate::support::line::Line;
use crate::support::program::{Engine, Program, on_postgres, until};
use crate::support::stored::{queue, stored};
use crate::support::web::Web;

#[test]
fn a_lost_database_stops_the_work_which_goes_on_by_itself() {
    on_postgres(|engine| {
        let web = Web::of(&["atlas", "harbour", "littoral"]);
        let undisturbed = Program::on(engine, &web);
        undisturbed.run(&["pull"]).well();
        let (before, expected) = (web.downloads(), stored(&undisturbed, &web));

        web.delay(Duration::from_millis(250));
        let (program, line) = on_a_line(engine, &web);
        let running = program.start_ready("serve");
        let some = || pages(&web) > pages_of(&before) + 4;
        assert!(until(Duration::from_secs(20), some), "{}", running.log());
        line.cut();
        let ready = || program.get_ops("/readyz").status == 200;
        assert!(until(Duration::from_secs(10), || !ready()), "{}", running.log());
        std::thread::sleep(Duration::from_secs(3));
        let asked = pages(&web);
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(pages(&web), asked, "pages are read that cannot be kept:\n{}", running.log());
        assert_eq!(program.get_ops("/livez").status, 200);
        for said in running.logged("the database does not answer; work waits until it does") {
            assert_eq!(
                (&said["level"], &said["kind"]),
                (&"ERROR".into(), &"outage".into()),
                "{said}"
            );
        }
        let lines = running.log().lines().count();
        assert!(lines < 60, "the log is flooded:\n{}", running.log());

        line.mend();
        let done = || {
            let left = queue(&program);
            ready() && left.groups >= queue(&undisturbed).groups && left.entries_waiting == 0
        };
        assert!(until(Duration::from_secs(40), done), "{}", running.log());
        assert!(!running.logged("the database answers again").is_empty(), "{}", running.log());
        assert_eq!(stored(&program, &web), expected);
    });
}

/// The program whose database is at the end of a line; the tests look at it directly.
fn on_a_line(engine: &Engine, web: &Web) -> (Program, Line) {
    let program = Program::on(engine, web);
    let mut url = url::Url::parse(&program.database).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let line = Line::to(server);
    url.set_port(Some(line.address.port())).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    let program = program
        .with("database.url", url.as_str())
        .with("database.busy_timeout", "1s")
        .with("fetch.connect_timeout", "3s")
        .with("fetch.timeout", "4s")
        .with("worker.claim_time", "5s");
    program.write("sources.toml", &web.sources("schedule = \"every 1h\""));
    (program, line)
}

fn pages(web: &Web) -> usize {
    pages_of(&web.downloads())
}

fn pages_of(downloads: &std::collections::BTreeMap<String, usize>) -> usize {
    downloads.values().sum()
}
