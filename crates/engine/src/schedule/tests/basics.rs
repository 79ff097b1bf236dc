//! What is due, what is recorded, and what does not happen.

use super::*;

const EVERY_TEN: (&str, &str) = ("queries/a.spl", "```schedule: */10 * * * *```\n| makeresults count=3");

#[tokio::test]
async fn a_search_runs_once_for_each_time_and_history_is_an_index() {
    let project = Project::new(&[EVERY_TEN]);
    let scheduler = project.scheduler().await;
    assert_eq!(run(&scheduler, "2024-06-14T12:34:00Z").await, ["a 12:30 success 3"]);
    assert_eq!(run(&scheduler, "2024-06-14T12:39:59Z").await, [""; 0]);
    assert_eq!(run(&project.scheduler().await, "2024-06-14T12:40:00Z").await, ["a 12:40 success 3"]);
    // Three times have passed, and the last of them runs.
    let told = run(&scheduler, "2024-06-14T13:10:00Z").await;
    assert_eq!(told, ["a 12:50 skipped 0", "a 13:00 skipped 0", "a 13:10 success 3"]);

    let history = "index=_internal sourcetype=scheduler savedsearch_name=a | sort scheduled_time \
                   | table scheduled_time status app user result_count sid reason";
    let rows = project.rows(history).await;
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0], "1718368200 success search nobody 3 scheduler__nobody__search__a_at_1718368200 ");
    assert!(rows[2].starts_with("1718369400 skipped search nobody   The time was missed"), "{rows:?}");
    // It is no index of those that are searched without being named.
    assert_eq!(project.rows("savedsearch_name=a | stats count").await, ["0"]);
    let raw = "index=_internal status=success | head 1 | table _raw";
    assert!(
        project.rows(raw).await[0].contains(", savedsearch_name=\"a\", status=success, scheduled_time=1718370600,")
    );
}

#[tokio::test]
async fn each_run_has_its_scheduled_time_as_now() {
    let query =
        "```schedule: */10 * * * *\nearliest: -20m\nlatest: -10m\ncatch_up: all```\nindex=web | collect index=sum";
    let project = Project::new(&[("queries/a.spl", query)]);
    project.write("speleo.toml", "timezone = \"UTC\"\n[indexes]\nweb = \"web.ndjson\"\nsum = \"sum.ndjson\"\n");
    let events: String = (0..60).map(|n| format!("{{\"_time\":{},\"n\":{n}}}\n", 1_718_366_400 + 60 * n)).collect();
    project.write("web.ndjson", &events);
    let scheduler = project.scheduler().await;
    assert_eq!(run(&scheduler, "2024-06-14T12:30:00Z").await, ["a 12:30 success 10"]);
    let told = run(&scheduler, "2024-06-14T12:59:59Z").await;
    assert_eq!(told, ["a 12:40 success 10", "a 12:50 success 10"]);
    // From 12:10 to 12:40, each minute once.
    let sums = "index=sum | stats count dc(n) AS different min(n) AS first max(n) AS last";
    assert_eq!(project.rows(sums).await, ["30 30 10 39"]);
}

#[tokio::test]
async fn a_search_that_fails_is_recorded_and_stops_no_other() {
    let project = Project::new(&[EVERY_TEN, ("queries/0.spl", "```schedule: */10 * * * *```\nindex=nowhere")]);
    let scheduler = project.scheduler().await;
    let told = run(&scheduler, "2024-06-14T12:34:00Z").await;
    assert_eq!(told, ["0 12:30 failed 0", "a 12:30 success 3"]);
    assert_eq!(run(&scheduler, "2024-06-14T12:35:00Z").await, [""; 0], "it is not tried again for the same time");
    let reason = "index=_internal status=failed | table savedsearch_name reason";
    assert_eq!(project.rows(reason).await, ["0 E0206: no index is called `nowhere`"]);
}

#[tokio::test]
async fn a_search_does_not_overlap_itself() {
    let project =
        Project::new(&[EVERY_TEN, ("queries/b.spl", "```schedule: */10 * * * *\ncatch_up: all```\n| makeresults")]);
    let scheduler = project.scheduler().await;
    run(&scheduler, "2024-06-14T12:30:00Z").await;
    let hold = |scheduled: &Arc<Scheduled>, time: i64| match lock::Lock::ask(&scheduler.store, scheduled).unwrap() {
        lock::Asked::Held(mut lock) => {
            lock.tell(time);
            lock
        }
        lock::Asked::Busy(_) => unreachable!("nobody else is here"),
    };
    let same: Vec<_> = scheduler.scheduled().iter().map(|one| hold(one, 1_718_368_800)).collect();
    assert_eq!(run(&scheduler, "2024-06-14T12:40:00Z").await, [""; 0], "another process runs them for this time");
    drop(same);
    let earlier: Vec<_> = scheduler.scheduled().iter().map(|one| hold(one, 1_718_368_200)).collect();
    let told = run(&scheduler, "2024-06-14T12:40:00Z").await;
    assert_eq!(told, ["a 12:40 skipped 0", "b 12:40 continued 0"]);
    assert_eq!(run(&scheduler, "2024-06-14T12:41:00Z").await, [""; 0], "told once");
    drop(earlier);
    let told = run(&scheduler, "2024-06-14T12:42:00Z").await;
    assert_eq!(told, ["b 12:40 success 1"], "what was skipped is over, what waited runs");
}

#[tokio::test]
async fn several_processes_run_each_time_once() {
    let project = Project::new(&[EVERY_TEN]);
    let schedulers = [project.scheduler().await, project.scheduler().await, project.scheduler().await];
    for minute in ["00", "10", "20", "30"] {
        let now = format!("2024-06-14T12:{minute}:00Z");
        let told = futures::future::join_all(schedulers.iter().map(|one| run(one, &now))).await;
        assert_eq!(told.concat(), [format!("a 12:{minute} success 3")]);
    }
    assert_eq!(project.rows("index=_internal | stats count dc(scheduled_time) AS times").await, ["4 4"]);
}

#[tokio::test]
async fn searches_of_apps_and_of_files_are_found_once() {
    let conf = "[one]\nsearch = | makeresults\nenableSched = 1\ncron_schedule = 0 * * * *\n\
                dispatch.earliest_time = rt-5m\ndispatch.latest_time = rt\n\
                [off]\nsearch = | makeresults\ncron_schedule = 0 * * * *\n\
                [broken]\nsearch = | makeresults\nenableSched = 1\ncron_schedule = 0 * * *\n";
    let project = Project::new(&[
        ("conf/apps/x/default/savedsearches.conf", conf),
        ("conf/apps/y/default/savedsearches.conf", &conf.replace("= 0 *", "= 30 *")),
        ("queries/one.spl", "```schedule: 0 * * * *\napp: y```\n| makeresults"),
        ("queries/two.spl", "```schedule: 0 * * * *```\n| makeresults"),
        ("queries/three.spl", "```title: no schedule```\n| makeresults"),
    ]);
    project.write("speleo.toml", "timezone = \"UTC\"\nconf = [\"conf\"]\n");
    let scheduler = project.scheduler().await;
    let found: Vec<String> = scheduler
        .scheduled()
        .iter()
        .map(|one| format!("{}/{} {} {:?}", one.app, one.name, one.schedule.text, one.earliest))
        .collect();
    let expected = ["x/one 0 * * * * Some(\"-5m\")", "y/one 30 * * * * Some(\"-5m\")", "search/two 0 * * * * None"];
    assert_eq!(found, expected);
    assert!(scheduler.is_malformed());
    let told = |text: &str| scheduler.warnings().iter().filter(|warning| warning.message.contains(text)).count();
    assert_eq!(told("x/default/savedsearches.conf:13: `cron_schedule` is `0 * * *`: 4 fields"), 1);
    assert_eq!(told("y/default/savedsearches.conf:13: `cron_schedule`"), 1);
    assert_eq!(told("queries/one.spl` does not run by itself"), 1);
    let told = run(&scheduler, "2024-06-14T12:00:00Z").await;
    assert_eq!(told, ["one 12:00 success 1", "one 11:30 success 1", "two 12:00 success 1"]);
    let apps = project.rows("index=_internal | stats count BY app savedsearch_name").await;
    assert_eq!(apps, ["search two 1", "x one 1", "y one 1"]);
}

#[tokio::test]
async fn how_things_stand_is_told_without_running_anything() {
    let project =
        Project::new(&[EVERY_TEN, ("queries/b.spl", "```schedule: 0 0 * * *\ncatch_up: all```\n| makeresults")]);
    let scheduler = project.scheduler().await;
    run(&scheduler, "2024-06-14T12:30:00Z").await;
    let standing = scheduler.standing(time("2024-06-16T12:00:00Z")).await.unwrap();
    let shown: Vec<_> = standing.iter().map(|one| (one.last.unwrap(), one.due.len(), one.next.unwrap())).collect();
    assert_eq!(shown[0], (time("2024-06-14T12:30:00Z"), 1, time("2024-06-16T12:10:00Z")));
    assert_eq!(shown[1], (time("2024-06-14T00:00:00Z"), 2, time("2024-06-17T00:00:00Z")));
    assert_eq!(scheduler.next(time("2024-06-16T12:00:00Z")), Some(time("2024-06-16T12:10:00Z")));
}
