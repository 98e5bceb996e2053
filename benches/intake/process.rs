//! What the system says of a process: its memory, and the processor time of its threads by name.

use std::collections::BTreeMap;
use std::fs::read_to_string;

/// Ticks of processor time a second; Linux shows it so on every machine.
const TICKS_PER_SECOND: f64 = 100.0;

fn ticks_of(stat: &str) -> Option<f64> {
    // The name may hold blanks; the fields after it do not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
}

/// Processor seconds of a process so far, by the names of its threads.
pub fn seconds_by_thread(pid: u32) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let (Ok(name), Ok(stat)) = (read_to_string(task.path().join("comm")), read_to_string(task.path().join("stat"))) else { continue };
        *all.entry(name.trim().to_owned()).or_insert(0.0) += ticks_of(&stat).unwrap_or(0.0) / TICKS_PER_SECOND;
    }
    all
}

/// Processor seconds so far of the PostgreSQL server on `port` and the processes it started.
pub fn seconds_of_postgres(port: &str) -> f64 {
    let processes: Vec<u32> = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()).collect();
    let server = processes.iter().find(|pid| {
        let line = read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split('\0');
        words.next().is_some_and(|w| w.ends_with("/postgres")) && words.any(|w| w == port)
    });
    let stats = processes.iter().filter_map(|pid| read_to_string(format!("/proc/{pid}/stat")).ok());
    let ticks = stats.filter_map(|stat| {
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()?;
        (Some(&parent) == server).then(|| ticks_of(&stat))?
    });
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

/// Memory of a process, MiB: `VmRSS` now, or `VmHWM` at most until now.
pub fn mib(pid: u32, which: &str) -> f64 {
    let status = read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix(which)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
