//! What the reading child may do, set by the child itself before it sees a byte of a file: little memory,
//! no descriptors, no files, no network, a short list of system calls. Linux first; elsewhere what the
//! platform has. What could not be set is said, not hidden.

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Address space, bytes.
pub const MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Processor time of the whole child, seconds; [`super::child`] holds each file to less.
pub const CPU_SECONDS_MAX: u64 = 60;
/// Descriptors: the three that the child was born with.
#[cfg(target_os = "linux")]
const DESCRIPTORS_MAX: u64 = 3;

/// Which limits hold in the child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Address space.
    pub memory: bool,
    /// Processor time.
    pub processor: bool,
    /// No file can grow, no descriptor can be opened.
    pub descriptors: bool,
    /// Landlock: no file, no socket, no signal to others.
    pub landlock: bool,
    /// System calls are filtered.
    pub system_calls: bool,
}

impl Holds {
    /// Each limit's name and whether it holds.
    pub fn each(self) -> [(&'static str, bool); 5] {
        [
            ("memory", self.memory),
            ("processor", self.processor),
            ("descriptors", self.descriptors),
            ("landlock", self.landlock),
            ("system_calls", self.system_calls),
        ]
    }
}

/// Limits that come first: what is warmed later already lives under them.
pub fn resources() -> Holds {
    let limit = |resource, n| setrlimit(resource, Rlimit { current: Some(n), maximum: Some(n) }).is_ok();
    let no_core = limit(Resource::Core, 0);
    let no_file = limit(Resource::Fsize, 0);
    Holds {
        memory: limit(Resource::As, MEMORY_BYTES_MAX),
        processor: limit(Resource::Cpu, CPU_SECONDS_MAX),
        descriptors: no_core && no_file,
        ..Holds::default()
    }
}

/// Landlock and descriptors. A thread started later is held too.
#[cfg(target_os = "linux")]
pub fn files(holds: &mut Holds) {
    use landlock::{ABI, Access, AccessFs, AccessNet, RestrictionStatus, Ruleset, RulesetAttr, RulesetStatus, Scope};

    /// The newest whose rights are asked for; an older kernel gives what it has.
    const ASKED: ABI = ABI::V6;
    let ruled = Ruleset::default()
        .handle_access(AccessFs::from_all(ASKED))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ASKED)))
        .and_then(|rules| rules.scope(Scope::from_all(ASKED)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    // Partly: an older kernel knows files but not signals; what matters most holds.
    holds.landlock =
        matches!(ruled, Ok(RestrictionStatus { ruleset: RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced, .. }));
    let descriptors = Rlimit { current: Some(DESCRIPTORS_MAX), maximum: Some(DESCRIPTORS_MAX) };
    holds.descriptors &= setrlimit(Resource::Nofile, descriptors).is_ok();
}

/// Nothing more is known here.
#[cfg(not(target_os = "linux"))]
pub fn files(holds: &mut Holds) {
    holds.descriptors = false;
}

/// From here on, in every thread, only what reading needs: memory, the pipes, time, the end.
#[cfg(target_os = "linux")]
pub fn system_calls(holds: &mut Holds) {
    use std::collections::BTreeMap;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter_all_threads};

    const ALLOWED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_rseq,
        libc::SYS_set_robust_list,
        libc::SYS_sched_yield,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_setpriority,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_tgkill,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    // A call that is refused fails as it would without rights; the library's ways round it stay open.
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let program = std::env::consts::ARCH
        .try_into()
        .and_then(|arch| SeccompFilter::new(rules, refused, SeccompAction::Allow, arch))
        .and_then(BpfProgram::try_from);
    holds.system_calls = program.is_ok_and(|program| apply_filter_all_threads(&program).is_ok());
}

/// Nothing is known here.
#[cfg(not(target_os = "linux"))]
pub fn system_calls(_holds: &mut Holds) {}
