//! Tells scripts for MongoDB's shell from programs for Node, and turns the shell's own lines (`use shop`) into calls. Everything else in
//! such a script is JavaScript and stays as it is. Decides for `mmk-js run` only; migrations are never taken for shell scripts.

use std::path::Path;

use swc_common::Mark;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::depth::with_room;
use super::program::Goal;
use super::program::Language;
use super::program::ParsedFile;
use super::syntax_facts::CommonJsUse;
use super::syntax_facts::SyntaxFacts;
use super::syntax_problem::SyntaxProblem;
use super::translate::in_swc;

/// Names by which only the shell's scripts end.
const ENDINGS: [&str; 3] = [".mongodb.js", ".mongosh.js", ".mongodb"];

/// Packages that a script of the shell has no use for: who requires them wrote a program for Node.
const DRIVERS: [&str; 3] = ["mongodb", "mongoose", "mongoist"];

/// One of these is in every such script.
const MARKS: [&str; 5] = ["db", "connect", "Mongo", "use ", "show "];

/// A script made ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShellScript {
    pub(super) code: String,
    /// It has `await` outside of functions.
    pub(super) awaits: bool,
}

/// Whether a file is for the shell: by its name; by a line such as `use shop`, which is no JavaScript; or because it uses `db`,
/// `connect` or `Mongo` without saying where they come from, and neither exports anything nor requires a driver.
#[must_use]
pub fn is_shell_script(path: &Path, text: &str) -> bool {
    let name = path.to_string_lossy();
    if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return true;
    }
    if !matches!(path.extension().and_then(|e| e.to_str()), Some("js") | None) {
        return false;
    }
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return false;
    }
    with_room(path, text, || Ok(reads_as_shell(path, text))).unwrap_or(false)
}

fn reads_as_shell(path: &Path, text: &str) -> bool {
    let script = read(path, text);
    if script.helpers > 0 {
        return true;
    }
    let Ok((_, mut file)) = script.parsed else {
        return false;
    };
    in_swc(path, || {
        let marks = file.resolve_names(Language::JavaScript);
        let facts = SyntaxFacts::of(&file.program, marks.unresolved);
        let mut names = ShellNames::new(marks.unresolved);
        file.program.visit_with(&mut names);
        Ok(!facts.module_items && facts.commonjs != CommonJsUse::Written && names.is_shell())
    })
    .unwrap_or(false)
}

/// The script as V8 gets it. Lines and columns stay, but for the shell's own lines.
pub(super) fn shell_script(path: &Path, text: &str) -> Result<ShellScript, SyntaxProblem> {
    let script = read(path, text);
    let (goal, _) = script.parsed?;
    Ok(ShellScript {
        code: script.code,
        awaits: goal == Goal::Module,
    })
}

/// A script whose own lines of the shell have become calls.
struct Read {
    code: String,
    /// How many such lines there were.
    helpers: usize,
    /// How the text reads: as a script, or only with `await` outside of functions.
    parsed: Result<(Goal, ParsedFile), SyntaxProblem>,
}

/// Only a line where the text stops being JavaScript is looked at, so what looks like a line of the shell's inside a comment or a string is left
/// alone.
fn read(path: &Path, text: &str) -> Read {
    let mut code = text.to_owned();
    let mut helpers = 0;
    loop {
        let parse = |goal| {
            ParsedFile::parse(path, &code, Language::JavaScript, goal).map(|file| (goal, file))
        };
        let parsed = parse(Goal::CommonJs)
            .or_else(|as_script| parse(Goal::Module).map_err(|as_module| [as_script, as_module]));
        let problems = match parsed {
            Ok(parsed) => {
                return Read {
                    parsed: Ok(parsed),
                    code,
                    helpers,
                };
            }
            Err(problems) => problems,
        };
        match problems
            .iter()
            .find_map(|problem| replace_line(&code, problem.line))
        {
            Some(next) => code = next,
            None => {
                let [as_script, _] = problems;
                return Read {
                    parsed: Err(as_script),
                    code,
                    helpers,
                };
            }
        }
        helpers += 1;
    }
}

fn replace_line(code: &str, number: u32) -> Option<String> {
    let mut lines: Vec<&str> = code.split('\n').collect();
    let index = (number as usize).checked_sub(1)?;
    let call = helper_call(lines.get(index)?)?;
    lines[index] = &call;
    Some(lines.join("\n"))
}

/// `use shop;` as `use("shop");`.
fn helper_call(line: &str) -> Option<String> {
    let (statement, comment) = match line.find("//") {
        Some(at) => line.split_at(at),
        None => (line.trim_end_matches('\r'), ""),
    };
    let indent = &statement[..statement.len() - statement.trim_start().len()];
    let mut words = statement.trim().trim_end_matches(';').split_whitespace();
    let (helper, argument) = (words.next()?, words.next()?);
    let is_name = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || "_-$.".contains(c))
    };
    let known = matches!(helper, "use" | "show") && is_name(argument) && words.next().is_none();
    known.then(|| format!("{indent}{helper}({argument:?}); {comment}"))
}

/// What a script does with the names that the shell gives it.
struct ShellNames {
    unresolved: Mark,
    uses_db: bool,
    connects: bool,
    /// `db` comes from the script itself.
    makes_db: bool,
    requires_driver: bool,
}

impl ShellNames {
    fn new(unresolved: Mark) -> Self {
        Self {
            unresolved,
            uses_db: false,
            connects: false,
            makes_db: false,
            requires_driver: false,
        }
    }

    fn is_shell(&self) -> bool {
        !self.requires_driver && (self.connects || self.uses_db && !self.makes_db)
    }

    fn is_global(&self, ident: &Ident, name: &str) -> bool {
        ident.sym == name && ident.ctxt.outer() == self.unresolved
    }

    /// Whether a new `db` is made from the shell's: `db.getSiblingDB('x')`, `connect('x')`, `new Mongo().getDB('x')`.
    fn is_from_shell(&self, value: &Expr) -> bool {
        struct Names(bool);
        impl Visit for Names {
            fn visit_ident(&mut self, node: &Ident) {
                self.0 |= matches!(&*node.sym, "db" | "connect" | "Mongo");
            }
        }
        let mut names = Names(false);
        value.visit_with(&mut names);
        names.0
    }
}

impl Visit for ShellNames {
    fn visit_ident(&mut self, node: &Ident) {
        self.uses_db |= self.is_global(node, "db");
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee
            && let Expr::Ident(callee) = &**callee
        {
            self.connects |= self.is_global(callee, "connect");
            let argument = node.args.first().map(|argument| &*argument.expr);
            if let Some(Expr::Lit(Lit::Str(package))) = argument
                && self.is_global(callee, "require")
            {
                let package = package.value.to_string_lossy();
                self.requires_driver |= DRIVERS.contains(&&*package);
            }
        }
        node.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, node: &NewExpr) {
        if let Expr::Ident(class) = &*node.callee {
            self.connects |= self.is_global(class, "Mongo");
        }
        node.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        if let AssignTarget::Simple(target) = &node.left {
            let names_db = match target {
                SimpleAssignTarget::Ident(ident) => self.is_global(ident, "db"),
                SimpleAssignTarget::Member(member) => {
                    let object = matches!(&*member.obj, Expr::Ident(object) if self.is_global(object, "global") || self.is_global(object, "globalThis"));
                    object && member.prop.is_ident_with("db")
                }
                _ => false,
            };
            self.makes_db |= names_db && !self.is_from_shell(&node.right);
        }
        node.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        // `var db = db.getSiblingDB('x')`: the name is declared, the first value is still the shell's.
        if let (Pat::Ident(name), Some(value)) = (&node.name, &node.init)
            && &*name.id.sym == "db"
        {
            self.uses_db |= is_member_of_db(value);
        }
        node.visit_children_with(self);
    }
}

/// `db.x`, `db.x.y()`.
fn is_member_of_db(expression: &Expr) -> bool {
    match expression {
        Expr::Ident(ident) => &*ident.sym == "db",
        Expr::Member(member) => is_member_of_db(&member.obj),
        Expr::Call(call) => matches!(&call.callee, Callee::Expr(callee) if is_member_of_db(callee)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shell(text: &str) -> bool {
        is_shell_script(Path::new("/p/script.js"), text)
    }

    #[test]
    fn what_uses_the_shells_names_is_a_shell_script() {
        for text in [
            "use mydb;\n\ndb.users.find().forEach(function (doc) { db.users.save(doc); });",
            "db.users.updateMany({}, { $set: { a: 1 } })",
            "db = db.getSiblingDB('shop');\ndb.users.drop()",
            "var db = db.getSiblingDB('shop'); db.users.drop()",
            "db = connect('localhost:27017/shop'); db.users.drop()",
            "var conn = new Mongo(); var db = conn.getDB('shop'); db.users.drop()",
            "const fs = require('fs');\nawait db.users.drop()",
        ] {
            assert!(is_shell(text), "{text}");
        }
        assert!(is_shell_script(Path::new("/p/a.mongodb.js"), "print(1)"));
    }

    #[test]
    fn what_brings_its_own_database_is_not() {
        for text in [
            "module.exports = { async up(db) { await db.collection('a').drop(); } };",
            "exports.up = () => db.a.drop();",
            "export const up = (db) => db.dropDatabase();",
            "const { MongoClient } = require('mongodb');\nlet db;\nMongoClient.connect('x').then((c) => { db = c.db(); });",
            "const mongoose = require('mongoose'); mongoose.connect('x'); db.once('open', () => {});",
            "open((client) => { db = client.db(); db.collection('a'); });",
            "globalThis.db = require('./database'); db.collection('a');",
            "console.log(process.argv)",
            "use (x) y z",
        ] {
            assert!(!is_shell(text), "{text}");
        }
        assert!(!is_shell_script(Path::new("/p/a.ts"), "db.a.drop()"));
    }

    #[test]
    fn the_shells_own_lines_become_calls_and_comments_stay() {
        let text = "// use one\n/*\nuse two\n*/\nuse three; // here\nconst a = `\nuse four\n`;\n  show dbs\n";
        let script = shell_script(Path::new("/p/a.js"), text).unwrap();
        assert_eq!(
            script.code,
            "// use one\n/*\nuse two\n*/\nuse(\"three\"); // here\nconst a = `\nuse four\n`;\n  show(\"dbs\"); \n"
        );
        assert!(!script.awaits);
    }

    #[test]
    fn await_outside_of_functions_is_noticed() {
        let script = shell_script(Path::new("/p/a.js"), "use x\nawait db.a.drop();").unwrap();
        assert!(script.awaits);
    }

    #[test]
    fn a_syntax_error_stays_one() {
        let problem = shell_script(Path::new("/p/a.js"), "use x\ndb.a.drop(;").unwrap_err();
        assert_eq!(problem.line, 2);
    }
}
