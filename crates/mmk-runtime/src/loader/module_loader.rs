//! What deno_core asks for ES modules: where a specifier leads, what is there, how its lines map back. One per isolate.
//!
//! Errors of a failed load lose their class and code on deno_core's way; only what the check of import attributes throws
//! reaches the script as it is. So that check does the whole lookup first and throws Node's errors itself.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::CustomModuleEvaluationKind;
use deno_core::ImportAttributesContext;
use deno_core::ModuleLoadOptions;
use deno_core::ModuleLoadReferrer;
use deno_core::ModuleLoadResponse;
use deno_core::ModuleLoader;
use deno_core::ModuleSource;
use deno_core::ModuleSourceCode;
use deno_core::ModuleSpecifier;
use deno_core::ModuleType;
use deno_core::ResolutionKind;
use deno_core::RuntimeOptions;
use deno_core::SourceCodeCacheInfo;
use deno_core::error::ModuleLoaderError;
use deno_core::url::Url;
use deno_core::v8;
use deno_error::JsErrorBox;

use super::code_cache::Code;
use super::code_cache::Ripeness;
use super::code_cache::Text;
use super::compile::Compiled;
use super::data_url::DataModule;
use super::error::ErrorClass;
use super::error::ModuleError;
use super::facade::Facade;
use super::facade::HOST_MODULE;
use super::facade::HOST_MODULE_TYPE;
use super::facade::builtin_source;
use super::facade::commonjs_source;
use super::facade::is_internal;
use super::modules::Modules;
use super::prepared::ModuleFormat;
use super::prepared::Prepared;
use super::prepared::Purpose;
use super::resolve::Resolved;
use super::shell_script::ShellScript;
use super::syntax_problem::SyntaxProblem;

/// How many problems are kept for whoever prints them; a script may try many files.
const PROBLEMS_KEPT: usize = 16;

/// The module loader of one isolate.
pub(crate) struct Loader {
    pub(super) modules: Arc<Modules>,
    /// The JavaScript side, once it called `op_mmk_modules_connect`.
    host: RefCell<Option<v8::Global<v8::Object>>>,
    builtin_names: RefCell<HashMap<String, Vec<String>>>,
    /// Where a specifier of a referrer led.
    located: RefCell<HashMap<(String, String), Url>>,
    /// What was compiled here and may be worth keeping.
    pub(super) compiled: RefCell<Vec<Compiled>>,
    /// Modules by URL whose code V8 is going to hand over.
    announced: RefCell<HashMap<String, Arc<Prepared>>>,
    problems: RefCell<Vec<SyntaxProblem>>,
}

impl Loader {
    #[must_use]
    pub(crate) fn new(modules: Arc<Modules>) -> Rc<Self> {
        Rc::new(Self {
            modules,
            host: RefCell::default(),
            builtin_names: RefCell::default(),
            located: RefCell::default(),
            compiled: RefCell::default(),
            announced: RefCell::default(),
            problems: RefCell::default(),
        })
    }

    /// Sets everything that an isolate needs to load modules; the extension `mmk_modules` must be among its extensions.
    pub(crate) fn install(self: &Rc<Self>, options: &mut RuntimeOptions) {
        options.module_loader = Some(self.clone());
        let loader = self.clone();
        options.validate_import_attributes_cb =
            Some(Box::new(move |scope, attributes, context| {
                if let Err(error) = loader.check_import(scope, attributes, context) {
                    throw_as_node(scope, &error);
                }
            }));
        let loader = self.clone();
        options.custom_module_evaluation_cb = Some(Box::new(move |scope, kind, _, _| {
            loader.host_module(scope, &kind)
        }));
    }

    /// The place of a syntax error in a file that never reached V8, by the error's message.
    #[must_use]
    pub(crate) fn syntax_problem(&self, message: &str) -> Option<SyntaxProblem> {
        let problems = self.problems.borrow();
        problems
            .iter()
            .rev()
            .find(|problem| problem.message == message)
            .cloned()
    }

    pub(super) fn connect(&self, host: v8::Global<v8::Object>) {
        *self.host.borrow_mut() = Some(host);
    }

    /// Reads a file and remembers what is wrong with it.
    pub(super) fn prepare(
        &self,
        path: &std::path::Path,
        purpose: Purpose,
    ) -> Result<Arc<Prepared>, ModuleError> {
        self.modules
            .prepare(path, purpose)
            .inspect_err(|error| self.remember_problem(error))
    }

    /// Reads a script of MongoDB's shell and remembers what is wrong with it.
    pub(super) fn shell_script(&self, path: &std::path::Path) -> Result<ShellScript, ModuleError> {
        self.modules
            .shell_script(path)
            .inspect_err(|error| self.remember_problem(error))
    }

    fn remember_problem(&self, error: &ModuleError) {
        if let Some(problem) = &error.syntax {
            let mut problems = self.problems.borrow_mut();
            if problems.len() == PROBLEMS_KEPT {
                problems.remove(0);
            }
            problems.push((**problem).clone());
        }
    }

    /// Finds what an `import` means; with the file read, so that its format is known.
    fn locate(&self, specifier: &str, referrer: &str) -> Result<Url, ModuleError> {
        let key = (specifier.to_owned(), referrer.to_owned());
        if let Some(url) = self.located.borrow().get(&key) {
            return Ok(url.clone());
        }
        let base = url_of_script(referrer).ok_or_else(|| {
            ModuleError::invalid_specifier(
                specifier,
                "has no module to be relative to",
                Some(referrer),
            )
        })?;
        let not_a_url =
            || ModuleError::invalid_specifier(specifier, "is not a valid URL", Some(referrer));
        let url = match self.modules.import(specifier, &base)? {
            Resolved::Builtin(name) => Facade::Builtin(name).url().ok_or_else(not_a_url)?,
            Resolved::Data(url) => DataModule::of(&url).map(|_| url)?,
            Resolved::File { path, suffix } => {
                let prepared = self.prepare(&path, Purpose::Import)?;
                let file = Url::from_file_path(&path).map_err(|()| not_a_url())?;
                let file = Url::parse(&format!("{file}{suffix}")).map_err(|_| not_a_url())?;
                match prepared.format {
                    ModuleFormat::Module | ModuleFormat::Json => file,
                    ModuleFormat::CommonJs => Facade::CommonJs(file).url().ok_or_else(not_a_url)?,
                }
            }
        };
        self.located.borrow_mut().insert(key, url.clone());
        Ok(url)
    }

    /// Everything that can be wrong with an import before its module runs.
    fn check_import(
        &self,
        scope: &mut v8::PinScope<'_, '_>,
        attributes: &HashMap<String, String>,
        context: &ImportAttributesContext,
    ) -> Result<(), ModuleError> {
        if is_internal(&context.specifier) && is_internal(&context.referrer) {
            return Ok(());
        }
        let kind = attributes.get("type").map(String::as_str);
        if let Some(kind) = kind.filter(|kind| *kind != "json") {
            return Err(ModuleError::attribute_unsupported(kind));
        }
        let url = self.locate(&context.specifier, &context.referrer)?;
        if let Some(Facade::Builtin(name)) = Facade::of(&url) {
            self.learn_builtin(scope, &name);
        }
        let is_json = match url.scheme() {
            "file" => url.path().ends_with(".json"),
            "data" => DataModule::of(&url)?.format == ModuleFormat::Json,
            _ => false,
        };
        match (is_json, kind) {
            (true, None) => Err(ModuleError::json_attribute_missing(url.as_str())),
            (true, Some(_)) => self.check_json(scope, &url),
            (false, Some(kind)) => Err(ModuleError::attribute_mismatch(&public_url(&url), kind)),
            (false, None) => Ok(()),
        }
    }

    fn check_json(&self, scope: &mut v8::PinScope<'_, '_>, url: &Url) -> Result<(), ModuleError> {
        let (place, text) = if url.scheme() == "data" {
            (url.to_string(), DataModule::of(url)?.text)
        } else {
            let path = path_of(url);
            let prepared = self.prepare(&path, Purpose::Import)?;
            (path.display().to_string(), prepared.code().to_owned())
        };
        v8::tc_scope!(let scope, scope);
        let parsed = v8::String::new(scope, &text).and_then(|text| v8::json::parse(scope, text));
        if parsed.is_some() {
            return Ok(());
        }
        let message = match scope.exception() {
            Some(exception) => v8::Exception::create_message(scope, exception)
                .get(scope)
                .to_rust_string_lossy(scope),
            None => "the file is too large".to_owned(),
        };
        scope.reset();
        let message = message.trim_start_matches("Uncaught SyntaxError: ");
        Err(ModuleError::json(&place, message))
    }

    /// Asks the JavaScript side which names a built-in exports. It has no text to read them from.
    fn learn_builtin(&self, scope: &mut v8::PinScope<'_, '_>, name: &str) {
        if self.builtin_names.borrow().contains_key(name) {
            return;
        }
        // A built-in that fails to load exports no names here; evaluating its facade throws the reason.
        let names = self.ask_names(scope, name).unwrap_or_default();
        self.builtin_names
            .borrow_mut()
            .insert(name.to_owned(), names);
    }

    fn ask_names(&self, scope: &mut v8::PinScope<'_, '_>, name: &str) -> Option<Vec<String>> {
        v8::tc_scope!(let scope, scope);
        let host = v8::Local::new(scope, self.host.borrow().as_ref()?);
        let key = v8::String::new(scope, "namesOf")?;
        let function = v8::Local::<v8::Function>::try_from(host.get(scope, key.into())?).ok()?;
        let name = v8::String::new(scope, name)?;
        let names = function.call(scope, host.into(), &[name.into()])?;
        let names = v8::Local::<v8::Array>::try_from(names).ok()?;
        (0..names.length())
            .map(|index| Some(names.get_index(scope, index)?.to_rust_string_lossy(scope)))
            .collect()
    }

    fn host_module(
        &self,
        scope: &mut v8::PinScope<'_, '_>,
        kind: &str,
    ) -> Result<CustomModuleEvaluationKind, JsErrorBox> {
        let host = self.host.borrow();
        let host = host
            .as_ref()
            .filter(|_| kind == HOST_MODULE_TYPE)
            .ok_or_else(|| {
                JsErrorBox::generic(format!("modules of the kind `{kind}` are not served"))
            })?;
        let host: v8::Local<'_, v8::Value> = v8::Local::new(scope, host).into();
        Ok(CustomModuleEvaluationKind::Synthetic(v8::Global::new(
            scope, host,
        )))
    }

    fn read(&self, url: &Url) -> Result<ModuleSource, ModuleError> {
        let source = |kind, code: String| {
            ModuleSource::new(kind, ModuleSourceCode::String(code.into()), url, None)
        };
        if url.as_str() == HOST_MODULE {
            return Ok(source(
                ModuleType::Other(Cow::Borrowed(HOST_MODULE_TYPE)),
                String::new(),
            ));
        }
        match Facade::of(url) {
            Some(Facade::Builtin(name)) => {
                let names = self.builtin_names.borrow();
                let names = names.get(&name).map(Vec::as_slice).unwrap_or_default();
                let code = builtin_source(&name, names.iter().map(String::as_str));
                Ok(source(ModuleType::JavaScript, code))
            }
            Some(Facade::CommonJs(file)) => {
                let path = path_of(&file);
                let prepared = self.prepare(&path, Purpose::Import)?;
                let names = self.modules.export_names(&path, &prepared);
                let names = names.iter().map(String::as_str);
                let code = commonjs_source(&path.to_string_lossy(), names, prepared.was_module);
                Ok(source(ModuleType::JavaScript, code))
            }
            None if url.scheme() == "data" => {
                let module = DataModule::of(url)?;
                Ok(source(type_of(module.format), module.text))
            }
            None => {
                let prepared = self.prepare(&path_of(url), Purpose::Import)?;
                let mut source = source(type_of(prepared.format), prepared.code().to_owned());
                if prepared.format != ModuleFormat::Json {
                    source.code_cache = self.code_of_module(url, prepared);
                }
                Ok(source)
            }
        }
    }
}

/// Code of ES modules and of our own scripts that are evaluated on first use: deno_core compiles them. It is theirs before they ran.
impl Loader {
    fn code_of_module(&self, url: &Url, prepared: Arc<Prepared>) -> Option<SourceCodeCacheInfo> {
        let code = prepared.code().as_bytes();
        let code_cache = &self.modules.code_cache;
        if !code_cache.wants(code.len()) {
            return None;
        }
        let found = code_cache.find(url.as_str(), Text::Bytes(code));
        if found.is_none() {
            let url = url.as_str().to_owned();
            self.announced.borrow_mut().insert(url, prepared);
        }
        Some(code_cache_info(found))
    }

    fn keep_code_of(&self, url: &Url, code: &[u8]) {
        let code_cache = &self.modules.code_cache;
        let name = url.as_str();
        if url.scheme() == OWN_SCHEME {
            code_cache.keep(name, OWN_TEXT, code, Ripeness::Loaded);
        } else if let Some(prepared) = self.announced.borrow_mut().remove(name) {
            let text = Text::Bytes(prepared.code().as_bytes());
            code_cache.keep(name, text, code, Ripeness::Loaded);
        }
    }
}

/// The scheme of scripts that belong to the binary.
const OWN_SCHEME: &str = "ext";

/// They never change.
const OWN_TEXT: Text<'_> = Text::Bytes(&[]);

fn code_cache_info(code: Option<Code>) -> SourceCodeCacheInfo {
    SourceCodeCacheInfo {
        hash: 0,
        data: code.map(|code| Cow::Owned(code.bytes.to_vec())),
    }
}

impl ModuleLoader for Loader {
    fn resolve(
        &self,
        specifier: &str,
        referrer: &str,
        _: ResolutionKind,
    ) -> Result<ModuleSpecifier, ModuleLoaderError> {
        if is_internal(specifier) && is_internal(referrer) {
            return Url::parse(specifier).map_err(JsErrorBox::from_err);
        }
        // The root of a synchronous load comes without a referrer: it is always a whole URL.
        let referrer = if referrer == "." {
            "file:///"
        } else {
            referrer
        };
        self.locate(specifier, referrer)
            .map_err(JsErrorBox::from_err)
    }

    fn import_meta_resolve(
        &self,
        specifier: &str,
        referrer: &str,
    ) -> Result<ModuleSpecifier, ModuleLoaderError> {
        let relative = ["./", "../", "/"]
            .iter()
            .any(|start| specifier.starts_with(start));
        if relative && let Ok(url) = Url::parse(referrer).and_then(|base| base.join(specifier)) {
            // Node answers for files that don't exist too.
            return Ok(url);
        }
        let url = self
            .locate(specifier, referrer)
            .map_err(JsErrorBox::from_err)?;
        Url::parse(&public_url(&url)).map_err(JsErrorBox::from_err)
    }

    fn load(
        &self,
        url: &ModuleSpecifier,
        _: Option<&ModuleLoadReferrer>,
        _: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        // Always at once: `require` of an ES module can't wait.
        ModuleLoadResponse::Sync(self.read(url).map_err(JsErrorBox::from_err))
    }

    fn get_code_cache(&self, url: &ModuleSpecifier, text: &str) -> Option<SourceCodeCacheInfo> {
        let code_cache = &self.modules.code_cache;
        code_cache
            .wants(text.len())
            .then(|| code_cache_info(code_cache.find(url.as_str(), OWN_TEXT)))
    }

    fn code_cache_ready(
        &self,
        url: ModuleSpecifier,
        _: u64,
        code: &[u8],
    ) -> Pin<Box<dyn Future<Output = ()>>> {
        self.keep_code_of(&url, code);
        Box::pin(std::future::ready(()))
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        self.modules
            .source_map(&file_of_script(file_name)?)
            .map(Cow::Owned)
    }

    fn get_source_mapped_source_line(&self, file_name: &str, line_number: usize) -> Option<String> {
        self.modules
            .source_line(&file_of_script(file_name)?, line_number)
    }
}

/// Throws the error as Node makes it: the code is a property, and stands in the stack's first line but not in the name.
fn throw_as_node(scope: &mut v8::PinScope<'_, '_>, error: &ModuleError) {
    let text = v8::String::new(scope, &error.message).unwrap_or_else(|| v8::String::empty(scope));
    let exception = match error.class {
        ErrorClass::Error => v8::Exception::error(scope, text),
        ErrorClass::RangeError => v8::Exception::range_error(scope, text),
        ErrorClass::TypeError => v8::Exception::type_error(scope, text),
        ErrorClass::SyntaxError => v8::Exception::syntax_error(scope, text),
    };
    if let Some(code) = error.code {
        // It only adds to an error that is thrown either way.
        let _ = add_code(scope, exception, error.class, code);
    }
    scope.throw_exception(exception);
}

fn add_code(
    scope: &mut v8::PinScope<'_, '_>,
    exception: v8::Local<'_, v8::Value>,
    class: ErrorClass,
    code: &str,
) -> Option<()> {
    let object = v8::Local::<v8::Object>::try_from(exception).ok()?;
    let name_key = v8::String::new(scope, "name")?;
    let name = v8::String::new(scope, &format!("{} [{code}]", class.name()))?;
    object.set(scope, name_key.into(), name.into())?;
    // Reading the stack fixes its first line.
    let stack_key = v8::String::new(scope, "stack")?;
    object.get(scope, stack_key.into())?;
    object.delete(scope, name_key.into())?;
    let code_key = v8::String::new(scope, "code")?;
    let code = v8::String::new(scope, code)?;
    object.set(scope, code_key.into(), code.into())?;
    Some(())
}

fn type_of(format: ModuleFormat) -> ModuleType {
    match format {
        ModuleFormat::Json => ModuleType::Json,
        ModuleFormat::Module | ModuleFormat::CommonJs => ModuleType::JavaScript,
    }
}

/// The URL that a user may see.
fn public_url(url: &Url) -> String {
    match Facade::of(url) {
        Some(Facade::CommonJs(file)) => file.into(),
        Some(Facade::Builtin(name)) => name,
        None => url.to_string(),
    }
}

/// A script's name as a URL: a module's is one, a CommonJS file's is its path.
fn url_of_script(name: &str) -> Option<Url> {
    if name.starts_with('/') {
        Url::from_file_path(name).ok()
    } else {
        Url::parse(name).ok()
    }
}

/// The file that a script was read from, by the script's name.
pub(super) fn file_of_script(name: &str) -> Option<PathBuf> {
    if name.starts_with('/') {
        return Some(PathBuf::from(name));
    }
    Url::parse(name)
        .ok()
        .filter(|url| url.scheme() == "file")?
        .to_file_path()
        .ok()
}

fn path_of(url: &Url) -> PathBuf {
    url.to_file_path()
        .unwrap_or_else(|()| PathBuf::from(url.path()))
}
