//! The names that a CommonJS file exports, as far as they can be read off its text without running it. The rules are those
//! of Node's `cjs-module-lexer`, so that `import { name }` works for the same files.

use std::path::Path;

use swc_common::BytePos;
use swc_common::Spanned;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::depth::with_room;
use super::program::ParsedFile;

/// What a file exports by its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CommonJsExports {
    /// In the order of their first mention.
    pub(super) names: Vec<String>,
    /// Requests whose exports are passed on: `module.exports = require('x')`.
    pub(super) reexports: Vec<String>,
}

impl CommonJsExports {
    /// Reads a parsed file.
    pub(super) fn of(file: &ParsedFile) -> Self {
        let mut finder = ExportFinder {
            text: &file.file.src,
            start: file.file.start_pos,
            found: Self::default(),
            required: Vec::new(),
        };
        file.program.visit_with(&mut finder);
        finder.found
    }

    /// Reads a file's text; a file that doesn't parse exports nothing (running it will tell why).
    pub(super) fn of_text(path: &Path, text: &str) -> Self {
        use super::program::Goal;
        use super::program::Language;
        with_room(path, text, || {
            ParsedFile::parse(path, text, Language::JavaScript, Goal::CommonJs)
                .map(|file| Self::of(&file))
        })
        .unwrap_or_default()
    }
}

struct ExportFinder<'a> {
    text: &'a str,
    start: BytePos,
    found: CommonJsExports,
    /// `var _x = require('x')`: local name and request, for babel's way of passing exports on.
    required: Vec<(String, String)>,
}

impl ExportFinder<'_> {
    fn add(&mut self, name: &str) {
        if !self.found.names.iter().any(|known| known == name) {
            self.found.names.push(name.to_owned());
        }
    }

    fn add_key(&mut self, key: &PropName) {
        match key {
            PropName::Ident(name) => self.add(&name.sym),
            PropName::Str(name) => {
                if let Some(name) = name.value.as_str() {
                    self.add(name);
                }
            }
            _ => {}
        }
    }

    fn source(&self, node: &impl Spanned) -> &str {
        let span = node.span();
        let range = (span.lo.0 - self.start.0) as usize..(span.hi.0 - self.start.0) as usize;
        self.text.get(range).unwrap_or("")
    }

    /// `module.exports = ...`: an object whose keys can be read, or another module.
    fn assign_module_exports(&mut self, value: &Expr) {
        self.found.reexports.clear();
        match value {
            Expr::Object(object) => self.add_literal(object),
            other => {
                if let Some(request) = required_request(other) {
                    self.found.reexports.push(request);
                }
            }
        }
    }

    /// The lexer reads keys as long as each value is one plain word; a longer value that starts with a word still counts
    /// and ends the reading.
    fn add_literal(&mut self, object: &ObjectLit) {
        for property in &object.props {
            let property = match property {
                PropOrSpread::Spread(spread) => {
                    match (&*spread.expr, required_request(&spread.expr)) {
                        (_, Some(request)) => {
                            self.found.reexports.push(request);
                            continue;
                        }
                        (Expr::Ident(_), None) => continue,
                        _ => return,
                    }
                }
                PropOrSpread::Prop(property) => property,
            };
            match &**property {
                Prop::Shorthand(name) => self.add(&name.sym),
                Prop::KeyValue(pair) => {
                    let value = self.source(&pair.value).trim_start_matches('-');
                    let starts_with_word =
                        value.starts_with(|first: char| is_word(first) && !first.is_ascii_digit());
                    let is_one_word = value.chars().all(is_word);
                    if !starts_with_word
                        || matches!(
                            pair.key,
                            PropName::Num(_) | PropName::BigInt(_) | PropName::Computed(_)
                        )
                    {
                        return;
                    }
                    self.add_key(&pair.key);
                    if !is_one_word {
                        return;
                    }
                }
                Prop::Method(method) => {
                    if !method.function.is_async && !method.function.is_generator {
                        self.add_key(&method.key);
                    }
                    return;
                }
                _ => return,
            }
        }
    }

    /// `Object.defineProperty(exports, 'name', { value | enumerable: true, get() { return x.y } })`.
    fn define_property(&mut self, call: &CallExpr) {
        let [target, name, descriptor, ..] = call.args.as_slice() else {
            return;
        };
        let (true, Expr::Lit(Lit::Str(name)), Expr::Object(descriptor)) =
            (is_exports(&target.expr), &*name.expr, &*descriptor.expr)
        else {
            return;
        };
        if let Some(name) = name
            .value
            .as_str()
            .filter(|_| is_safe_descriptor(descriptor))
        {
            self.add(name);
        }
    }

    /// babel: `Object.keys(_x).forEach(function (key) { ... exports[key] = _x[key] })`.
    fn pass_on_keys(&mut self, call: &CallExpr) {
        let Some((Expr::Call(keys), "forEach")) = callee_member(call) else {
            return;
        };
        let Some((Expr::Ident(object), "keys")) = callee_member(keys) else {
            return;
        };
        let Some(Expr::Ident(source)) = keys.args.first().map(|argument| &*argument.expr) else {
            return;
        };
        let is_passing_on = object.sym == "Object"
            && call
                .args
                .first()
                .is_some_and(|callback| self.source(&callback.expr).contains("exports"));
        if !is_passing_on {
            return;
        }
        let request = self
            .required
            .iter()
            .find(|(name, _)| *name == *source.sym)
            .map(|(_, request)| request.clone());
        self.found.reexports.extend(request);
    }

    /// `__exportStar(require('x'), exports)` and its older and namespaced forms.
    fn export_star(&mut self, call: &CallExpr) {
        let name = match &call.callee {
            Callee::Expr(callee) => match &**callee {
                Expr::Ident(ident) => ident.sym.as_str(),
                Expr::Member(MemberExpr {
                    prop: MemberProp::Ident(name),
                    ..
                }) => name.sym.as_str(),
                _ => return,
            },
            _ => return,
        };
        if !matches!(name, "__exportStar" | "__export" | "_export_star") {
            return;
        }
        let request = call
            .args
            .first()
            .and_then(|argument| required_request(&argument.expr));
        self.found.reexports.extend(request);
    }
}

impl Visit for ExportFinder<'_> {
    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        if node.op == AssignOp::Assign
            && let AssignTarget::Simple(SimpleAssignTarget::Member(target)) = &node.left
        {
            if is_module_exports(target) {
                self.assign_module_exports(&node.right);
            } else if is_exports(&target.obj) {
                match &target.prop {
                    MemberProp::Ident(name) => self.add(&name.sym),
                    MemberProp::Computed(ComputedPropName { expr, .. }) => {
                        if let Expr::Lit(Lit::Str(name)) = &**expr
                            && let Some(name) = name.value.as_str()
                        {
                            self.add(name);
                        }
                    }
                    MemberProp::PrivateName(_) => {}
                }
            }
        }
        node.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Some((Expr::Ident(object), "defineProperty")) = callee_member(node)
            && object.sym == "Object"
        {
            self.define_property(node);
        }
        self.pass_on_keys(node);
        self.export_star(node);
        node.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&node.name, &node.init) {
            // babel wraps: `_interopRequireWildcard(require('x'))`.
            let request = required_request(value).or_else(|| match &**value {
                Expr::Call(call) => required_request(&call.args.first()?.expr),
                _ => None,
            });
            if let Some(request) = request {
                self.required.push((name.sym.to_string(), request));
            }
        }
        node.visit_children_with(self);
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// `exports` or `module.exports`.
fn is_exports(expression: &Expr) -> bool {
    match expression {
        Expr::Ident(ident) => ident.sym == "exports",
        Expr::Member(member) => is_module_exports(member),
        _ => false,
    }
}

fn is_module_exports(member: &MemberExpr) -> bool {
    matches!(&*member.obj, Expr::Ident(ident) if ident.sym == "module")
        && member.prop.is_ident_with("exports")
}

/// The `x` of `require('x')`.
fn required_request(expression: &Expr) -> Option<String> {
    let Expr::Call(call) = expression else {
        return None;
    };
    let (Callee::Expr(callee), [argument]) = (&call.callee, call.args.as_slice()) else {
        return None;
    };
    match (&**callee, &*argument.expr) {
        (Expr::Ident(name), Expr::Lit(Lit::Str(request))) if name.sym == "require" => {
            Some(request.value.as_str()?.to_owned())
        }
        _ => None,
    }
}

/// The object and method name of `object.method(...)`.
fn callee_member(call: &CallExpr) -> Option<(&Expr, &str)> {
    let Callee::Expr(callee) = &call.callee else {
        return None;
    };
    match &**callee {
        Expr::Member(MemberExpr {
            obj,
            prop: MemberProp::Ident(name),
            ..
        }) => Some((&**obj, name.sym.as_str())),
        _ => None,
    }
}

/// Node trusts a plain value, and a getter that only returns a name or a member of one: either first or after
/// `enumerable: true`, and nothing after the getter.
fn is_safe_descriptor(descriptor: &ObjectLit) -> bool {
    let properties: Vec<&Prop> = descriptor
        .props
        .iter()
        .map_while(|property| match property {
            PropOrSpread::Prop(property) => Some(&**property),
            PropOrSpread::Spread(_) => None,
        })
        .collect();
    let rest = match properties.as_slice() {
        [Prop::KeyValue(first), rest @ ..] if is_key(&first.key, "enumerable") => {
            if !matches!(&*first.value, Expr::Lit(Lit::Bool(value)) if value.value) {
                return false;
            }
            rest
        }
        all => all,
    };
    match rest {
        [Prop::KeyValue(pair), ..] if is_key(&pair.key, "value") => true,
        [getter] => is_plain_getter(getter),
        _ => false,
    }
}

fn is_plain_getter(property: &Prop) -> bool {
    let body = match property {
        Prop::KeyValue(pair) if is_key(&pair.key, "get") => match &*pair.value {
            Expr::Fn(function) => function.function.body.as_ref(),
            _ => None,
        },
        Prop::Method(method) if is_key(&method.key, "get") => method.function.body.as_ref(),
        _ => None,
    };
    let Some([Stmt::Return(returned)]) = body.map(|body| body.stmts.as_slice()) else {
        return false;
    };
    match returned.arg.as_deref() {
        Some(Expr::Ident(_)) => true,
        Some(Expr::Member(member)) => member.obj.is_ident(),
        _ => false,
    }
}

fn is_key(key: &PropName, name: &str) -> bool {
    match key {
        PropName::Ident(ident) => ident.sym == name,
        PropName::Str(text) => text.value.as_str() == Some(name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        CommonJsExports::of_text(Path::new("/p/x.cjs"), text)
            .names
            .join(" ")
    }

    fn reexports(text: &str) -> String {
        CommonJsExports::of_text(Path::new("/p/x.cjs"), text)
            .reexports
            .join(" ")
    }

    #[test]
    fn assignments_anywhere_count() {
        assert_eq!(
            names(
                "exports.a = exports.b = 1; function f() { module.exports.c = 2; exports['d-e'] = 3 }"
            ),
            "a b c d-e"
        );
        assert_eq!(
            names("const s = 'exports.no = 1'; exports.x++; exports.y += 1; exports.z;"),
            ""
        );
    }

    #[test]
    fn an_object_is_read_until_its_first_longer_value() {
        assert_eq!(names("module.exports = { x, b: y, 'c': z };"), "x b c");
        assert_eq!(names("module.exports = { a: 1, b };"), "");
        assert_eq!(names("module.exports = { a: b.c, d };"), "a");
        assert_eq!(
            names("module.exports = { x, up: async () => {}, down: async () => {} };"),
            "x up"
        );
        assert_eq!(names("module.exports = { x, up() {}, y };"), "x up");
        assert_eq!(names("module.exports = { x, ...o, y };"), "x y");
        assert_eq!(names("module.exports = { x, ...{}, y };"), "x");
        assert_eq!(names("0 && (module.exports = { a, b });"), "a b");
    }

    #[test]
    fn defined_properties_with_plain_getters_count() {
        assert_eq!(
            names(
                "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return q.p; } });"
            ),
            "a"
        );
        assert_eq!(
            names("Object.defineProperty(module.exports, '__esModule', { value: true });"),
            "__esModule"
        );
        assert_eq!(
            names("Object.defineProperty(exports, 'a', { get() { return q.p; } });"),
            "a"
        );
        assert_eq!(
            names("Object.defineProperty(exports, 'a', { get() { return q.p; }, set(v) {} });"),
            ""
        );
        assert_eq!(
            names("Object.defineProperty(exports, 'a', { enumerable: true, get: () => q });"),
            ""
        );
        assert_eq!(
            names(
                "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return 1; } });"
            ),
            ""
        );
    }

    #[test]
    fn other_modules_are_passed_on() {
        assert_eq!(
            reexports("module.exports = require('./a'); module.exports = { z };"),
            ""
        );
        assert_eq!(
            reexports("module.exports = { ...require('./a'), b };"),
            "./a"
        );
        assert_eq!(
            reexports(
                "tslib_1.__exportStar(require('./a'), exports); __exportStar(require('./b'), exports);"
            ),
            "./a ./b"
        );
        assert_eq!(
            reexports(
                "var _x = require('./a'); Object.keys(_x).forEach(function (key) { exports[key] = _x[key]; });"
            ),
            "./a"
        );
    }
}
