//! What a plain migration can be spared, as far as its text shows: being loaded only when it is called, and being looked after. Both are
//! questions of speed. Whoever is in doubt is not quiet.

use std::collections::HashSet;

use swc_common::Mark;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::plain_script::is_free;
use super::plain_script::requires_known_module;
use super::program::skip_types;

/// Those of JavaScript's own objects whose functions change other objects.
const TOOLS: [&str; 3] = ["Object", "Proxy", "Reflect"];

/// Ways to change an object without an assignment that shows it, or with another's method.
const CHANGERS: [&str; 8] = [
    "__defineGetter__",
    "__defineSetter__",
    "apply",
    "bind",
    "call",
    "copyWithin",
    "defineProperty",
    "setPrototypeOf",
];

/// What the text of a plain migration promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quiet {
    /// Loading it makes functions and constants, and does nothing that could be noticed or that takes time: it calls nothing.
    pub(crate) loads_silently: bool,
    /// It sets no property, other than of `exports`, and lets nobody do so with an object of JavaScript's or the driver's own: there is nothing
    /// to look for afterwards.
    pub(crate) leaves_no_trace: bool,
}

/// `unresolved` marks names that nothing in the file declares. To be asked of plain migrations only.
pub(super) fn quiet(program: &Program, unresolved: Mark) -> Quiet {
    let mut modules = ModuleNames {
        unresolved,
        names: HashSet::new(),
    };
    program.visit_with(&mut modules);
    let mut loading = Loading {
        unresolved,
        is_silent: true,
    };
    program.visit_with(&mut loading);
    let mut traces = Traces {
        unresolved,
        modules: modules.names,
        finds_none: true,
    };
    program.visit_with(&mut traces);
    Quiet {
        loads_silently: loading.is_silent,
        leaves_no_trace: traces.finds_none,
    }
}

/// `require('mongodb')`, `require('mongodb').ObjectId`.
fn is_of_module(expression: &Expr, unresolved: Mark) -> bool {
    match expression {
        Expr::Call(call) => requires_known_module(call, unresolved),
        Expr::Member(member) => is_of_module(&member.obj, unresolved),
        _ => false,
    }
}

/// Looks at what runs when the file is loaded, and at nothing inside of functions.
struct Loading {
    unresolved: Mark,
    is_silent: bool,
}

macro_rules! not_silent {
    ($($visit:ident: $node:ty),* $(,)?) => {
        $(fn $visit(&mut self, _: &$node) { self.is_silent = false; })*
    };
}

impl Visit for Loading {
    fn visit_function(&mut self, _: &Function) {}

    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}

    fn visit_call_expr(&mut self, node: &CallExpr) {
        self.is_silent &= requires_known_module(node, self.unresolved);
    }

    not_silent! {
        visit_array_pat: ArrayPat,
        visit_await_expr: AwaitExpr,
        visit_class: Class,
        visit_do_while_stmt: DoWhileStmt,
        visit_for_in_stmt: ForInStmt,
        visit_for_of_stmt: ForOfStmt,
        visit_for_stmt: ForStmt,
        visit_getter_prop: GetterProp,
        visit_new_expr: NewExpr,
        visit_opt_call: OptCall,
        visit_tagged_tpl: TaggedTpl,
        visit_throw_stmt: ThrowStmt,
        visit_using_decl: UsingDecl,
        visit_while_stmt: WhileStmt,
    }

    /// Lists are read by calling what they say is their iterator.
    fn visit_expr_or_spread(&mut self, node: &ExprOrSpread) {
        self.is_silent &= node.spread.is_none();
        node.visit_children_with(self);
    }

    /// A text that is put together calls what its parts say to that.
    fn visit_tpl(&mut self, node: &Tpl) {
        self.is_silent &= node.exprs.is_empty();
    }

    skip_types!();
}

/// The file's own names for modules and what they export.
struct ModuleNames {
    unresolved: Mark,
    names: HashSet<Id>,
}

impl ModuleNames {
    fn add(&mut self, pattern: &Pat) {
        struct Names<'a>(&'a mut HashSet<Id>);
        impl Visit for Names<'_> {
            fn visit_binding_ident(&mut self, node: &BindingIdent) {
                self.0.insert(node.to_id());
            }

            fn visit_assign_pat_prop(&mut self, node: &AssignPatProp) {
                self.0.insert(node.key.to_id());
            }
        }
        pattern.visit_with(&mut Names(&mut self.names));
    }
}

impl Visit for ModuleNames {
    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        let init = node.init.as_deref();
        if init.is_some_and(|init| is_of_module(init, self.unresolved)) {
            self.add(&node.name);
        }
        node.visit_children_with(self);
    }

    fn visit_import_decl(&mut self, node: &ImportDecl) {
        for specifier in &node.specifiers {
            self.names.insert(match specifier {
                ImportSpecifier::Named(named) => named.local.to_id(),
                ImportSpecifier::Default(default) => default.local.to_id(),
                ImportSpecifier::Namespace(all) => all.local.to_id(),
            });
        }
    }
}

/// Looks for whatever could change an object that outlasts the migration.
struct Traces {
    unresolved: Mark,
    modules: HashSet<Id>,
    finds_none: bool,
}

impl Traces {
    fn only_if(&mut self, holds: bool) {
        self.finds_none &= holds;
    }

    fn word(&mut self, word: &str) {
        self.only_if(!CHANGERS.contains(&word));
    }

    /// A name that stands for an object which others have too.
    fn is_shared(&self, ident: &Ident) -> bool {
        if self.modules.contains(&ident.to_id()) {
            return true;
        }
        let is_own = ["__dirname", "__filename", "undefined", "NaN", "Infinity"];
        ident.ctxt.outer() == self.unresolved && !is_own.contains(&&*ident.sym)
    }

    /// Where an object is only called, or asked for a property: `Date.now()`, `new ObjectId()`.
    fn in_passing(&mut self, expression: &Expr) {
        match expression {
            Expr::Ident(ident) if self.is_shared(ident) => {
                self.word(&ident.sym);
                self.only_if(!TOOLS.contains(&&*ident.sym));
            }
            Expr::Member(member) => {
                self.in_passing(&member.obj);
                member.prop.visit_with(self);
            }
            Expr::Call(call) if requires_known_module(call, self.unresolved) => {}
            other => other.visit_with(self),
        }
    }

    /// `mongodb.ObjectId`, which is as shared as `ObjectId`.
    fn is_of_modules(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Ident(ident) => self.modules.contains(&ident.to_id()),
            Expr::Member(member) => self.is_of_modules(&member.obj),
            other => is_of_module(other, self.unresolved),
        }
    }

    fn is_exports(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Member(member) => {
                is_free(&member.obj, "module", self.unresolved)
                    && matches!(&member.prop, MemberProp::Ident(name) if name.sym == "exports")
            }
            other => is_free(other, "exports", self.unresolved),
        }
    }
}

impl Visit for Traces {
    fn visit_ident(&mut self, node: &Ident) {
        self.word(&node.sym);
        self.only_if(!self.is_shared(node));
    }

    fn visit_ident_name(&mut self, node: &IdentName) {
        self.word(&node.sym);
    }

    fn visit_str(&mut self, node: &Str) {
        self.word(&node.value.to_string_lossy());
    }

    fn visit_import_decl(&mut self, _: &ImportDecl) {}

    fn visit_export_named_specifier(&mut self, _: &ExportNamedSpecifier) {}

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        self.only_if(!self.is_of_modules(&node.obj));
        self.in_passing(&node.obj);
        node.prop.visit_with(self);
    }

    fn visit_callee(&mut self, node: &Callee) {
        match node {
            Callee::Expr(callee) => self.in_passing(callee),
            Callee::Super(_) => {}
            Callee::Import(_) => self.only_if(false),
        }
    }

    fn visit_new_expr(&mut self, node: &NewExpr) {
        self.in_passing(&node.callee);
        node.args.visit_with(self);
    }

    /// `const { ObjectId } = require('mongodb')` gives names that are followed.
    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        let init = node.init.as_deref();
        if !init.is_some_and(|init| is_of_module(init, self.unresolved)) {
            node.visit_children_with(self);
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        self.only_if(!requires_known_module(node, self.unresolved));
        node.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        match &node.left {
            // Assigning anew, a shared object may get another name.
            AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => {
                self.only_if(!self.is_shared(&ident.id));
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                let whole = Expr::Member(member.clone());
                self.only_if(self.is_exports(&whole) || self.is_exports(&member.obj));
                member.prop.visit_with(self);
            }
            _ => self.only_if(false),
        }
        node.right.visit_with(self);
    }

    fn visit_update_expr(&mut self, node: &UpdateExpr) {
        self.only_if(matches!(&*node.arg, Expr::Ident(_)));
    }

    fn visit_unary_expr(&mut self, node: &UnaryExpr) {
        self.only_if(node.op != UnaryOp::Delete);
        node.visit_children_with(self);
    }

    fn visit_pat(&mut self, node: &Pat) {
        self.only_if(!matches!(node, Pat::Expr(_)));
        node.visit_children_with(self);
    }

    /// What a class inherits from may be one of the driver's, and its methods may be called on it.
    fn visit_class(&mut self, _: &Class) {
        self.only_if(false);
    }

    skip_types!();
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::plain_script::read_plain;
    use super::*;

    fn read(text: &str) -> Quiet {
        let name = if text.contains(": Db") {
            "/p/1-a.ts"
        } else {
            "/p/1-a.js"
        };
        read_plain(Path::new(name), text).unwrap_or_else(|| panic!("it is plain: {text}"))
    }

    #[test]
    fn usual_migrations_are_quiet() {
        for text in [
            "module.exports = { async up(db) { await db.collection('a').insertOne({ file: __filename.split('/').pop(), at: new Date() }); } };",
            "const { ObjectId, Long: Big } = require('mongodb');\nexports.up = async (db) => { await db.collection('a').insertOne({ _id: new ObjectId(), n: Big.fromNumber(1) }); };",
            "const ObjectId = require('mongodb').ObjectId;\nconst DAY = 24 * 60 * 60 * 1000;\nexports.up = (db) => db.collection('a').deleteMany({ _id: { $lt: ObjectId.createFromTime((Date.now() - DAY) / 1000) } });",
            "import { ObjectId } from 'mongodb';\nexport const up = async (db) => { const ops = []; for await (const one of db.collection('a').find()) { ops.push({ updateOne: { filter: { _id: one._id }, update: { $set: { n: Math.round(one.n) } } } }); } let count = 0; count += ops.length; count++; if (count > 0) await db.collection('a').bulkWrite(ops); console.log(`${count} of ${JSON.stringify(ops)}`); };",
            "import { Db } from 'mongodb';\nexport async function up(db: Db): Promise<void> { await db.collection('a').updateMany({}, { $unset: { b: '' } }); }",
            "'use strict';\nfunction up(db, next) { return db.collection('a').createIndex({ b: 1 }, next); }\nfunction down(db, next) { next(); }\nmodule.exports.up = up;\nmodule.exports.down = down;",
        ] {
            let all = Quiet {
                loads_silently: true,
                leaves_no_trace: true,
            };
            assert_eq!(read(text), all, "{text}");
        }
    }

    #[test]
    fn what_calls_or_repeats_while_it_is_loaded_is_not_silent() {
        for text in [
            "console.log('loaded');",
            "const at = new Date();",
            "const at = Date.now?.();",
            "for (;;) {}",
            "while (true) {}",
            "do {} while (true);",
            "for (const a of [1]) {}",
            "for (const a in {}) {}",
            "const text = `${Math}`;",
            "const text = String.raw`a`;",
            "throw 1;",
            "(() => {})();",
            "const a = { get b() { return 1; } }.b;",
            "const a = { [String(1)]: 1 };",
            "const a = [...'abc'];",
            "const [a] = 'abc';",
            "class A { static a = 1; }",
            "await null; export {};",
        ] {
            assert!(!read(text).loads_silently, "{text}");
            // Inside of a function it waits until that is called.
            let inside = format!("exports.up = async () => {{ {text} }};");
            if !text.contains("export") {
                assert!(read(&inside).loads_silently, "{inside}");
            }
        }
    }

    #[test]
    fn whatever_could_change_a_shared_object_is_looked_after() {
        for text in [
            "db.seen = true;",
            "db['seen'] = true;",
            "db.n++;",
            "delete db.n;",
            "({ a: db.a } = {});",
            "[db.a] = [1];",
            "for (db.a of [1]) {}",
            "for (db.a in {}) {}",
            "Math.a ??= 1;",
            "const M = Math;",
            "let M; M = Math;",
            "db.insertOne(Math);",
            "db.insertOne({ Math });",
            "db.insertMany([Date]);",
            "Object.assign(Date, {});",
            "Reflect.set(Date, 'a', 1);",
            "Date.now.call(Math);",
            "[].push.apply(db, [1]);",
            "db.push.bind(db);",
            "db.__defineGetter__('a', () => 1);",
            "const { defineProperty } = db;",
            "db['defineProperty']();",
            "class A extends Date {}",
            "const { ObjectId } = require('mongodb'); db.insertOne(ObjectId);",
            "const ObjectId = require('mongodb').ObjectId; db.insertOne(ObjectId);",
            "const mongodb = require('mongodb'); const { ObjectId } = mongodb;",
            "const { ...all } = require('mongodb'); db.insertOne(all);",
            "const { Long: Big = 1 } = require('mongodb'); db.insertOne(Big);",
            "db.insertOne(require('mongodb'));",
            "db.insertOne(require('mongodb').ObjectId);",
            "const mongodb = require('mongodb'); db.insertOne(mongodb.ObjectId);",
            "require('mongodb').ObjectId.a = 1;",
            "exports = Math; exports.a = 1;",
            "exports.a.b = 1;",
        ] {
            let text = format!("exports.up = async (db) => {{ {text} }};");
            assert!(!read(&text).leaves_no_trace, "{text}");
        }
        let imported =
            "import { ObjectId } from 'mongodb'; export const up = (db) => db.insertOne(ObjectId);";
        assert!(!read(imported).leaves_no_trace);
    }
}
