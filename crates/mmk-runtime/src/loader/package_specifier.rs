//! A bare specifier taken apart: `@scope/name/sub/path.js`.

/// The package and the path inside of it, which is empty for the package itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PackageSpecifier<'a> {
    pub(super) name: &'a str,
    pub(super) subpath: &'a str,
}

impl<'a> PackageSpecifier<'a> {
    /// `None` when Node would not take the first part for a package name.
    pub(super) fn parse(specifier: &'a str) -> Option<Self> {
        let mut parts = specifier.splitn(if specifier.starts_with('@') { 3 } else { 2 }, '/');
        let mut end = parts.next()?.len();
        if specifier.starts_with('@') {
            end += 1 + parts.next()?.len();
        }
        let name = &specifier[..end];
        if name.is_empty() || name.starts_with('.') || name.contains(['\\', '%']) {
            return None;
        }
        let subpath = specifier[end..].strip_prefix('/').unwrap_or("");
        Some(Self { name, subpath })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_subpaths() {
        let parse = |text| PackageSpecifier::parse(text).map(|found| (found.name, found.subpath));
        assert_eq!(parse("lodash"), Some(("lodash", "")));
        assert_eq!(parse("lodash/fp/x.js"), Some(("lodash", "fp/x.js")));
        assert_eq!(parse("@a/b"), Some(("@a/b", "")));
        assert_eq!(parse("@a/b/c/d"), Some(("@a/b", "c/d")));
        assert_eq!(parse("@a"), None);
        assert_eq!(parse(".hidden"), None);
        assert_eq!(parse(""), None);
    }
}
