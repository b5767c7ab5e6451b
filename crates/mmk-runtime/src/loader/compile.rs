//! Compiles the text of a CommonJS file to its function, and keeps what V8 made of it for the next isolate. The script's name is the
//! plain path, as in Node: stacks show it, and `import()` gives it as its referrer.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::OpState;
use deno_core::op2;
use deno_core::v8;
use v8::script_compiler::CompileOptions;
use v8::script_compiler::NoCacheReason;
use v8::script_compiler::Source;

use super::code_cache::Ripeness;
use super::code_cache::Text;
use super::facade::is_internal;
use super::module_loader::Loader;

/// What Node gives to every CommonJS file.
const PARAMETERS: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// A function whose code may be kept when the isolate has done its work.
pub(super) struct Compiled {
    name: String,
    text: v8::Global<v8::String>,
    function: v8::Global<v8::Function>,
    /// That of the code it was made from.
    known: Option<Ripeness>,
}

/// `[function]`, or `[undefined, error]`: what V8 refused the text with. Positions stay those of the file, because V8 gets the parameters
/// apart from the text.
#[op2(reentrant)]
pub(super) fn op_mmk_modules_compile<'s>(
    state: Rc<RefCell<OpState>>,
    scope: &mut v8::PinScope<'s, '_>,
    text: v8::Local<'s, v8::String>,
    name: v8::Local<'s, v8::String>,
) -> v8::Local<'s, v8::Array> {
    let loader = state.borrow().borrow::<Rc<Loader>>().clone();
    let name = no_name_of_ours(scope, name);
    let undefined = v8::undefined(scope).into();
    let result = {
        v8::tc_scope!(let scope, scope);
        match loader.compile(scope, text, name) {
            Some(function) => [function.into(), undefined],
            None => [undefined, scope.exception().unwrap_or(undefined)],
        }
    };
    v8::Array::new_with_elements(scope, &result)
}

impl Loader {
    fn compile<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        text: v8::Local<'s, v8::String>,
        name: v8::Local<'s, v8::String>,
    ) -> Option<v8::Local<'s, v8::Function>> {
        let code_cache = &self.modules.code_cache;
        if !code_cache.wants(text.length()) {
            let mut source = Source::new(text, Some(&origin(scope, name)));
            return function(scope, &mut source, CompileOptions::NoCompileOptions);
        }
        let file = name.to_rust_string_lossy(scope);
        let found = with_text(scope, text, |text| code_cache.find(&file, text));
        let (function, known) = match found {
            Some(kept) => {
                let data = v8::CachedData::new(&kept.bytes);
                let origin = origin(scope, name);
                let mut source = Source::new_with_cached_data(text, Some(&origin), data);
                let function = function(scope, &mut source, CompileOptions::ConsumeCodeCache)?;
                let is_taken = source
                    .get_cached_data()
                    .is_some_and(|data| !data.rejected());
                (function, is_taken.then_some(kept.ripeness))
            }
            None => {
                let mut source = Source::new(text, Some(&origin(scope, name)));
                let function = function(scope, &mut source, CompileOptions::NoCompileOptions)?;
                (function, None)
            }
        };
        self.compiled.borrow_mut().push(Compiled {
            name: file,
            text: v8::Global::new(scope, text),
            function: v8::Global::new(scope, function),
            known,
        });
        Some(function)
    }

    /// Keeps the code of everything that was compiled here and isn't known that well yet. None of the isolate's scripts may run any
    /// more.
    pub(crate) fn keep_code(&self, scope: &mut v8::PinScope<'_, '_>, ripeness: Ripeness) {
        for compiled in self.compiled.take() {
            if compiled.known.is_some_and(|known| known >= ripeness) {
                continue;
            }
            let function = v8::Local::new(scope, compiled.function);
            let text = v8::Local::new(scope, compiled.text);
            if let Some(code) = function.create_code_cache() {
                with_text(scope, text, |text| {
                    self.modules
                        .code_cache
                        .keep(&compiled.name, text, &code, ripeness);
                });
            }
        }
    }
}

/// A script may call its text as it likes, but what has one of our names could import what is ours.
fn no_name_of_ours<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: v8::Local<'s, v8::String>,
) -> v8::Local<'s, v8::String> {
    let text = name.to_rust_string_lossy(scope);
    if !is_internal(&text) {
        return name;
    }
    v8::String::new(scope, &format!("/{text}")).unwrap_or_else(|| v8::String::empty(scope))
}

fn with_text<'s, T>(
    scope: &mut v8::PinScope<'s, '_>,
    text: v8::Local<'s, v8::String>,
    work: impl FnOnce(Text<'_>) -> T,
) -> T {
    let view = v8::ValueView::new(scope, text);
    match view.data() {
        v8::ValueViewData::OneByte(bytes) => work(Text::Bytes(bytes)),
        v8::ValueViewData::TwoByte(units) => work(Text::Units(units)),
    }
}

fn origin<'s>(
    scope: &v8::PinScope<'s, '_>,
    name: v8::Local<'s, v8::String>,
) -> v8::ScriptOrigin<'s> {
    let name = name.into();
    v8::ScriptOrigin::new(
        scope, name, 0, 0, false, -1, None, false, false, false, None,
    )
}

fn function<'s>(
    scope: &v8::PinScope<'s, '_>,
    source: &mut Source,
    options: CompileOptions,
) -> Option<v8::Local<'s, v8::Function>> {
    let parameters = PARAMETERS.map(|parameter| {
        v8::String::new(scope, parameter).unwrap_or_else(|| v8::String::empty(scope))
    });
    let reason = NoCacheReason::NoReason;
    v8::script_compiler::compile_function(scope, source, &parameters, &[], options, reason)
}
