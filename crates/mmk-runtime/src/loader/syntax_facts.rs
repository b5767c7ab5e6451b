//! Which module system a file was written for, read off its tree.

use swc_common::Mark;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

/// How a file uses the names that only CommonJS has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CommonJsUse {
    None,
    /// It calls `require`, reads `__dirname` or the like.
    Read,
    /// It assigns to `module.exports` or `exports`.
    Written,
}

/// What decides between the two module systems.
#[derive(Debug, Clone, Copy)]
pub(super) struct SyntaxFacts {
    /// `import` or `export` statements.
    pub(super) module_items: bool,
    /// `import.meta` or `await` at top level: things that CommonJS can't have.
    pub(super) only_in_modules: bool,
    pub(super) commonjs: CommonJsUse,
}

impl SyntaxFacts {
    /// Reads a tree whose names were resolved with `unresolved` for globals.
    pub(super) fn of(program: &Program, unresolved: Mark) -> Self {
        let mut visitor = FactVisitor {
            unresolved,
            function_depth: 0,
            facts: Self {
                module_items: false,
                only_in_modules: false,
                commonjs: CommonJsUse::None,
            },
        };
        program.visit_with(&mut visitor);
        visitor.facts
    }

    pub(super) fn is_module(self) -> bool {
        self.module_items || self.only_in_modules
    }
}

struct FactVisitor {
    unresolved: Mark,
    function_depth: u32,
    facts: SyntaxFacts,
}

impl FactVisitor {
    fn is_global(&self, ident: &Ident, name: &str) -> bool {
        ident.sym == name && ident.ctxt.outer() == self.unresolved
    }

    fn note(&mut self, used: CommonJsUse) {
        self.facts.commonjs = self.facts.commonjs.max(used);
    }

    fn inside_function(&mut self, visit: impl FnOnce(&mut Self)) {
        self.function_depth += 1;
        visit(self);
        self.function_depth -= 1;
    }

    /// `exports.x`, `module.exports`, `module.exports.x.y`.
    fn is_exports(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Ident(ident) => self.is_global(ident, "exports"),
            Expr::Member(member) => {
                let is_module_exports = matches!(&*member.obj, Expr::Ident(ident) if self.is_global(ident, "module"))
                    && member.prop.is_ident_with("exports");
                is_module_exports || self.is_exports(&member.obj)
            }
            _ => false,
        }
    }
}

impl Visit for FactVisitor {
    fn visit_module_decl(&mut self, node: &ModuleDecl) {
        self.facts.module_items = true;
        node.visit_children_with(self);
    }

    fn visit_meta_prop_expr(&mut self, node: &MetaPropExpr) {
        if node.kind == MetaPropKind::ImportMeta {
            self.facts.only_in_modules = true;
        }
    }

    fn visit_await_expr(&mut self, node: &AwaitExpr) {
        self.facts.only_in_modules |= self.function_depth == 0;
        node.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, node: &ForOfStmt) {
        self.facts.only_in_modules |= node.is_await && self.function_depth == 0;
        node.visit_children_with(self);
    }

    fn visit_function(&mut self, node: &Function) {
        self.inside_function(|this| node.visit_children_with(this));
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.inside_function(|this| node.visit_children_with(this));
    }

    fn visit_class(&mut self, node: &Class) {
        self.inside_function(|this| node.visit_children_with(this));
    }

    fn visit_unary_expr(&mut self, node: &UnaryExpr) {
        // `typeof module` is how a file asks where it runs; it says nothing of where it must run.
        if node.op != UnaryOp::TypeOf || !node.arg.is_ident() {
            node.visit_children_with(self);
        }
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        let target = match &node.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                self.is_exports(&Expr::Member(member.clone()))
            }
            AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => {
                self.is_global(ident, "exports")
            }
            _ => false,
        };
        if target {
            self.note(CommonJsUse::Written);
        }
        node.visit_children_with(self);
    }

    fn visit_ident(&mut self, node: &Ident) {
        let names = ["require", "module", "exports", "__dirname", "__filename"];
        if names.iter().any(|name| self.is_global(node, name)) {
            self.note(CommonJsUse::Read);
        }
    }
}
