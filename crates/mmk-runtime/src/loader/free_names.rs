//! The names that a migration in Meteor's style expects to find: such files call `migration(name, fn)` and use collections
//! (`Posts`) as globals, without importing either.

use std::collections::BTreeSet;
use std::path::Path;

use swc_common::Mark;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::program::read_with_names;
use super::program::skip_types;

/// The function by which the style is known.
const REGISTER: &str = "migration";

/// The names that nothing in the file declares, when `migration` is one of them and is called; otherwise none. In types they don't count.
pub(super) fn free_names(path: &Path, text: &str) -> Vec<String> {
    if !text.contains("migration(") {
        return Vec::new();
    }
    read_with_names(path, text, |program, unresolved| {
        let mut visitor = FreeNames::new(unresolved);
        program.visit_with(&mut visitor);
        visitor.when_registering()
    })
    .unwrap_or_default()
}

struct FreeNames {
    unresolved: Mark,
    names: BTreeSet<String>,
    registers: bool,
}

impl FreeNames {
    fn new(unresolved: Mark) -> Self {
        Self {
            unresolved,
            names: BTreeSet::new(),
            registers: false,
        }
    }

    fn when_registering(self) -> Vec<String> {
        if self.registers {
            self.names.into_iter().collect()
        } else {
            Vec::new()
        }
    }
}

impl Visit for FreeNames {
    fn visit_ident(&mut self, node: &Ident) {
        if node.ctxt.outer() == self.unresolved {
            self.names.insert(node.sym.to_string());
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee
            && let Expr::Ident(callee) = &**callee
        {
            self.registers |= callee.sym == REGISTER && callee.ctxt.outer() == self.unresolved;
        }
        node.visit_children_with(self);
    }

    skip_types!();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &str, text: &str) -> Vec<String> {
        free_names(Path::new(file), text)
    }

    #[test]
    fn free_names_of_a_registering_file() {
        let text = "const Own = 1;\nmigration('a', async () => { await Posts.find(Own); console.log(1); });";
        assert_eq!(names("/p/m.js", text), ["Posts", "console", "migration"]);
    }

    #[test]
    fn types_are_no_values() {
        let text = "migration('a', async () => { const bulk: AnyBulk<PostDocument>[] = []; await Posts.bulkWrite(bulk as Other[]); });";
        assert_eq!(names("/p/m.ts", text), ["Posts", "migration"]);
    }

    #[test]
    fn other_files_have_none() {
        assert!(names("/p/m.js", "exports.up = () => Posts.find();").is_empty());
        assert!(
            names(
                "/p/m.js",
                "import { migration } from './lib.js'; migration('a', () => Posts.find());"
            )
            .is_empty()
        );
    }
}
