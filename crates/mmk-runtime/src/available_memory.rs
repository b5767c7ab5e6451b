//! How much memory this process may have: what the machine has, or less where a container (cgroup v1 or v2) says so. Reads files
//! only; whether that memory is free is not its question.

use std::path::Path;

/// The least of the machine's memory and of the limits of every cgroup that this process is in, in bytes; `None` where the
/// system tells neither. `root` is `/`, unless a test says otherwise.
pub(crate) fn available(root: &Path) -> Option<u64> {
    cgroup_limit(root).into_iter().chain(machine(root)).min()
}

/// The least limit of the cgroups that this process is in.
pub(crate) fn cgroup_limit(root: &Path) -> Option<u64> {
    let groups = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    groups.lines().filter_map(|line| limit_of(root, line)).min()
}

/// The least limit on the way from the group of one line of `/proc/self/cgroup` (`number:controllers:path`) to the hierarchy's
/// top. Inside a container the path may be one that only the host sees; then the top is what stands for the container.
fn limit_of(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, group) = (parts.next()?, parts.next()?);
    let (top, names): (_, &[&str]) = if controllers.is_empty() {
        ("sys/fs/cgroup", &["memory.max", "memory.high"])
    } else if controllers.split(',').any(|name| name == "memory") {
        ("sys/fs/cgroup/memory", &["memory.limit_in_bytes"])
    } else {
        return None;
    };
    let top = root.join(top);
    let group = top.join(group.trim_start_matches('/'));
    group
        .ancestors()
        .take_while(|folder| folder.starts_with(&top))
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        // `max` and the like are no numbers: no limit.
        .filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok())
        .min()
}

fn machine(root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1024 * 1024 * 1024;

    /// A system's files below a folder of its own.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
            std::fs::write(path, content).expect("writable");
        }
        root
    }

    const MACHINE: (&str, &str) = ("proc/meminfo", "MemFree: 1 kB\nMemTotal:  8388608 kB\n");

    #[test]
    fn without_a_cgroup_the_machine_counts() {
        assert_eq!(available(system(&[MACHINE]).path()), Some(8 * GIB));
        assert_eq!(available(system(&[]).path()), None);
    }

    #[test]
    fn version_two_counts_every_group_on_the_way() {
        let root = system(&[
            MACHINE,
            ("proc/self/cgroup", "0::/pods/mine\n"),
            ("sys/fs/cgroup/pods/memory.max", "2147483648\n"),
            ("sys/fs/cgroup/pods/mine/memory.max", "max\n"),
            ("sys/fs/cgroup/pods/mine/memory.high", "1073741824\n"),
        ]);
        assert_eq!(available(root.path()), Some(GIB));
    }

    #[test]
    fn version_two_in_a_namespace_has_its_limit_at_the_top() {
        let root = system(&[
            MACHINE,
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "536870912\n"),
        ]);
        assert_eq!(available(root.path()), Some(GIB / 2));
    }

    #[test]
    fn version_one_is_found_below_its_controller() {
        let groups = "9:name=systemd:/\n5:cpu,memory:/docker/ab\n0::/\n";
        let limit = "sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes";
        let root = system(&[
            MACHINE,
            ("proc/self/cgroup", groups),
            (limit, "1073741824\n"),
        ]);
        assert_eq!(available(root.path()), Some(GIB));

        // The host's path, seen from inside: only the top of the hierarchy is mounted.
        let inside = system(&[
            MACHINE,
            ("proc/self/cgroup", groups),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n"),
        ]);
        assert_eq!(available(inside.path()), Some(GIB / 4));
    }

    #[test]
    fn no_limit_at_all_is_written_as_a_huge_number() {
        let root = system(&[
            MACHINE,
            ("proc/self/cgroup", "4:memory:/\n"),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
        ]);
        assert_eq!(available(root.path()), Some(8 * GIB));
    }
}
