//! Which migrations can be seen to touch nothing that outlasts them, save what js-runtime/src/host/traces.js compares afterwards: they use
//! JavaScript's own objects, the driver and what they are handed. Everybody else may change what no comparison shows, such as the state
//! of a package, of `process` or of the file system's functions.
//!
//! What a migration does behind this one's back (a name that is put together, a constructor that is reached through a value) it could do
//! to the next one under Node as well, where all share one world; no promise of safety rests on it.

use std::path::Path;

use swc_common::Mark;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::program::read_with_names;
use super::program::skip_types;
use super::quiet_script::Quiet;
use super::quiet_script::quiet;

/// Modules whose exports are compared.
pub(crate) const MODULES: [&str; 4] = ["bson", "mongodb", "node:path", "path"];

/// Free names that may be used in any way. Each is JavaScript's own, or given to the file alone; timers are looked at by the event loop.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "AggregateError", "Array", "ArrayBuffer", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean", "Buffer", "DataView", "Date", "Error",
    "EvalError", "Float32Array", "Float64Array", "Infinity", "Int16Array", "Int32Array", "Int8Array", "JSON", "Map", "Math", "NaN", "Number",
    "Object", "Promise", "Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set", "String", "Symbol", "SyntaxError",
    "TypeError", "URIError", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap", "WeakSet", "__dirname", "__filename",
    "arguments", "clearTimeout", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "exports", "isFinite",
    "isNaN", "parseFloat", "parseInt", "setTimeout", "undefined", "unescape",
];

/// Methods of `console` that remember nothing.
const CONSOLE: [&str; 7] = ["debug", "dir", "error", "info", "log", "table", "warn"];

/// Wherever they stand: ways to what isn't compared (a value's constructor, models and the packages behind them), settings that
/// outlast the call, timers that nobody waits for.
const WORDS: [&str; 7] = [
    "__proto__",
    "batchSaves",
    "constructor",
    "models",
    "mongoose",
    "prototype",
    "unref",
];

/// What the text promises beyond that, if it is such a migration. One that can't be parsed is not.
pub(super) fn read_plain(path: &Path, text: &str) -> Option<Quiet> {
    read_with_names(path, text, |program, unresolved| {
        let mut visitor = PlainScript {
            unresolved,
            is_plain: true,
        };
        program.visit_with(&mut visitor);
        visitor.is_plain.then(|| quiet(program, unresolved))
    })?
}

struct PlainScript {
    unresolved: Mark,
    is_plain: bool,
}

impl PlainScript {
    fn only_if(&mut self, holds: bool) {
        self.is_plain &= holds;
    }

    fn word(&mut self, word: &str) {
        self.only_if(!WORDS.contains(&word));
    }

    /// `module.exports`, `console.log`.
    fn is_known_member(&self, member: &MemberExpr) -> bool {
        let MemberProp::Ident(name) = &member.prop else {
            return false;
        };
        (is_free(&member.obj, "module", self.unresolved) && name.sym == "exports")
            || (is_free(&member.obj, "console", self.unresolved) && CONSOLE.contains(&&*name.sym))
    }
}

/// Whether this is the name, and nothing in the file declares it.
pub(super) fn is_free(expression: &Expr, name: &str, unresolved: Mark) -> bool {
    matches!(expression, Expr::Ident(ident) if ident.sym == name && ident.ctxt.outer() == unresolved)
}

/// `require('mongodb')`: `require` itself may stand nowhere else.
pub(super) fn requires_known_module(call: &CallExpr, unresolved: Mark) -> bool {
    matches!(&call.callee, Callee::Expr(callee) if is_free(callee, "require", unresolved))
        && matches!(&call.args[..], [ExprOrSpread { spread: None, expr }] if names_known_module(expr))
}

/// `'mongodb'`.
fn names_known_module(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(Lit::Str(text)) if is_known_module(text))
}

fn is_known_module(name: &Str) -> bool {
    name.value
        .as_str()
        .is_some_and(|name| MODULES.contains(&name))
}

impl Visit for PlainScript {
    fn visit_ident(&mut self, node: &Ident) {
        self.word(&node.sym);
        if node.ctxt.outer() == self.unresolved {
            self.only_if(NAMES.contains(&&*node.sym));
        }
    }

    fn visit_ident_name(&mut self, node: &IdentName) {
        self.word(&node.sym);
    }

    fn visit_str(&mut self, node: &Str) {
        self.word(&node.value.to_string_lossy());
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if !requires_known_module(node, self.unresolved) {
            node.visit_children_with(self);
        }
    }

    fn visit_callee(&mut self, node: &Callee) {
        self.only_if(!matches!(node, Callee::Import(_)));
        node.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        if !self.is_known_member(node) {
            node.visit_children_with(self);
        }
    }

    fn visit_module_decl(&mut self, node: &ModuleDecl) {
        let source = match node {
            ModuleDecl::Import(import) if import.type_only => return,
            ModuleDecl::Import(import) => Some(&import.src),
            ModuleDecl::ExportNamed(named) => named.src.as_ref(),
            ModuleDecl::ExportAll(all) => Some(&all.src),
            ModuleDecl::TsImportEquals(_) => return self.only_if(false),
            _ => None,
        };
        if let Some(source) = source {
            self.only_if(is_known_module(source));
        }
        node.visit_children_with(self);
    }

    fn visit_with_stmt(&mut self, _: &WithStmt) {
        self.only_if(false);
    }

    /// In a sloppy function that is the global object, and everything with it.
    fn visit_this_expr(&mut self, _: &ThisExpr) {
        self.only_if(false);
    }

    skip_types!();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_plain(path: &Path, text: &str) -> bool {
        read_plain(path, text).is_some()
    }

    #[test]
    fn plain_scripts_use_the_driver_and_the_language_only() {
        for text in [
            "module.exports = { async up(db, client) { await db.collection('a').insertOne({ at: new Date() }); }, async down() {} };",
            "const { ObjectId } = require('mongodb');\nexports.up = async (db) => { console.log(1); await new Promise((resolve) => setTimeout(resolve, 10)); };",
            "import { ObjectId } from 'mongodb';\nexport const up = async (db) => { for await (const one of db.collection('a').find()) one.seen = true; };",
            "'use strict';\nfunction up(db, next) { return db.collection('a').updateMany({}, { $set: { n: Math.random() } }, next); }\nmodule.exports = { up };",
        ] {
            assert!(is_plain(Path::new("/p/1-a.js"), text), "{text}");
        }
        let typed = "import type { Db } from 'mongodb';\nimport { MyConfig } from 'mongodb';\nexport async function up(db: Db): Promise<void> { const a = { b: 1 } as unknown as Record<string, globalThis.Node>; await db.collection('a').insertOne(a); }";
        assert!(is_plain(Path::new("/p/1-a.ts"), typed));
    }

    #[test]
    fn whoever_reaches_further_is_not_plain() {
        for text in [
            "process.env.A = '1';",
            "globalThis.a = 1;",
            "a = 1;",
            "require('fs');",
            "require('./lib');",
            "require(name);",
            "require.cache;",
            "const r = require; r('mongodb');",
            "require('mongodb', 1); require(...['fs']);",
            "module.paths.push('a');",
            "module['exports'] = {};",
            "console.group('a');",
            "const { group } = console;",
            "import fs from 'fs';",
            "import './lib.js';",
            "export * from './lib.js';",
            "export { a } from './lib.js';",
            "await import('mongodb');",
            "eval('1');",
            "new Function('return 1')();",
            "Object.prototype.a = 1;",
            "[].constructor.a = 1;",
            "({}).__proto__.a = 1;",
            "[]['constructor'].a = 1;",
            "exports.up = ({ models }) => models.User;",
            "exports.up = (db) => db.mongoose;",
            "exports.batchSaves = true;",
            "export const batchSaves = true;",
            "setInterval(() => {}, 1);",
            "setTimeout(() => {}, 1).unref();",
            "with (Object) { keys = 1; }",
            "(function () { this.process.env.A = '1'; })();",
            "migration('a', () => {});",
            "not a script",
        ] {
            assert!(!is_plain(Path::new("/p/1-a.js"), text), "{text}");
        }
        let import_equals = "import fs = require('fs');\nexport const up = () => fs;";
        assert!(!is_plain(Path::new("/p/1-a.ts"), import_equals));
    }
}
