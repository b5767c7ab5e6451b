//! From what the user wrote to what V8 reads: TypeScript's types go, and a file that needs it becomes CommonJS.
//! A file that only needs its types erased keeps every line and column.

use std::path::Path;

use swc_common::GLOBALS;
use swc_common::Globals;
use swc_ecma_ast::*;
use swc_ecma_transforms_base::fixer::fixer;
use swc_ecma_transforms_base::helpers::HELPERS;
use swc_ecma_transforms_base::helpers::Helpers;
use swc_ecma_transforms_base::helpers::inject_helpers;
use swc_ecma_transforms_base::hygiene::hygiene;
use swc_ecma_transforms_module::common_js;
use swc_ecma_transforms_module::common_js::FeatureFlag;
use swc_ecma_transforms_module::path::Resolver as ModulePaths;
use swc_ecma_transforms_module::util::Config as ModuleConfig;
use swc_ecma_transforms_module::util::ImportInterop;
use swc_ecma_transforms_proposal::decorators;
use swc_ecma_transforms_typescript::typescript;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::emit::Rewritten;
use super::emit::emit;
use super::erase::erase_types;
use super::package_scope::PackageType;
use super::program::Goal;
use super::program::Language;
use super::program::Marks;
use super::program::ParsedFile;
use super::syntax_facts::CommonJsUse;
use super::syntax_facts::SyntaxFacts;
use super::syntax_problem::SyntaxProblem;
use crate::expected_panic::expecting_panic;

/// The module system a translated file runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    CommonJs,
    Module,
}

/// Whether decorators also get the types of what they decorate (`emitDecoratorMetadata`). It makes types into values, so an
/// import that only names a type is then loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecoratorMetadata {
    Emit,
    Omit,
}

/// Translates a TypeScript file. `package` is the `type` that holds for it, or what its extension says.
pub(super) fn translate_typescript(
    path: &Path,
    text: &str,
    package: PackageType,
    metadata: DecoratorMetadata,
) -> Result<(Target, Rewritten), SyntaxProblem> {
    in_swc(path, || {
        let mut file = ParsedFile::parse(path, text, Language::TypeScript, Goal::Module)?;
        let original = file.program.clone();
        let marks = file.resolve_names(Language::TypeScript);
        let constructs = Constructs::of(&original);
        if constructs.decorators {
            file.program
                .mutate(&mut decorators::decorators(decorators::Config {
                    legacy: true,
                    emit_metadata: metadata == DecoratorMetadata::Emit,
                    use_define_for_class_fields: true,
                }));
        }
        file.program.mutate(&mut typescript::typescript(
            typescript::Config {
                no_empty_export: true,
                ..typescript::Config::default()
            },
            marks.unresolved,
            marks.top_level,
        ));
        let facts = SyntaxFacts::of(&file.program, marks.unresolved);
        let target = typescript_target(facts, constructs, package);
        let becomes_commonjs = target == Target::CommonJs && facts.module_items;
        if !becomes_commonjs
            && !constructs.decorators
            && let Some(code) = erase_types(text, &file, &original)
        {
            return Ok((target, Rewritten { code, map: None }));
        }
        if becomes_commonjs {
            lower_to_commonjs(&mut file, marks);
        }
        Ok((target, finish(path, file, marks)?))
    })
}

/// What a JavaScript file is by its syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ModuleSyntax {
    /// No `import`, `export`, `import.meta` or top-level `await`.
    Absent,
    /// An ordinary module.
    Plain,
    /// `import`/`export` together with `module.exports` or `require`, as babel's users write: here it is as CommonJS.
    Mixed(Rewritten),
}

/// Reads a JavaScript file as a module, and translates it to CommonJS when it can't run as one.
pub(super) fn module_syntax(
    path: &Path,
    text: &str,
    package: PackageType,
) -> Result<ModuleSyntax, SyntaxProblem> {
    in_swc(path, || {
        let mut file = ParsedFile::parse(path, text, Language::JavaScript, Goal::Module)?;
        let marks = file.resolve_names(Language::JavaScript);
        let facts = SyntaxFacts::of(&file.program, marks.unresolved);
        if !facts.is_module() {
            return Ok(ModuleSyntax::Absent);
        }
        let is_mixed = match package {
            // Node would run it as a module; only what can't work there is ours to translate.
            PackageType::Module => facts.commonjs == CommonJsUse::Written,
            PackageType::Unstated => facts.commonjs != CommonJsUse::None,
            // Node would refuse it; its author relies on a compiler.
            PackageType::CommonJs => true,
        };
        if facts.only_in_modules || !is_mixed {
            return Ok(ModuleSyntax::Plain);
        }
        lower_to_commonjs(&mut file, marks);
        finish(path, file, marks).map(ModuleSyntax::Mixed)
    })
}

/// As TypeScript's compilers decide: the package says `module`, or the file becomes CommonJS unless it can't.
fn typescript_target(facts: SyntaxFacts, constructs: Constructs, package: PackageType) -> Target {
    let is_commonjs = match package {
        PackageType::Module => constructs.assignments || facts.commonjs == CommonJsUse::Written,
        PackageType::CommonJs | PackageType::Unstated => true,
    };
    if facts.only_in_modules || !is_commonjs {
        Target::Module
    } else {
        Target::CommonJs
    }
}

fn lower_to_commonjs(file: &mut ParsedFile, marks: Marks) {
    file.program.mutate(&mut common_js(
        ModulePaths::default(),
        marks.unresolved,
        ModuleConfig {
            // `import()` stays: it reaches modules that `require` can't.
            ignore_dynamic: true,
            import_interop: Some(ImportInterop::Swc),
            export_interop_annotation: Some(true),
            ..ModuleConfig::default()
        },
        FeatureFlag {
            support_arrow: true,
            support_block_scoping: true,
        },
    ));
}

fn finish(path: &Path, mut file: ParsedFile, marks: Marks) -> Result<Rewritten, SyntaxProblem> {
    file.program.mutate(&mut inject_helpers(marks.unresolved));
    file.program.mutate(&mut hygiene());
    file.program.mutate(&mut fixer(Some(&file.comments)));
    emit(path, &file)
}

/// swc keeps its marks and helpers in scoped globals. It panics on some files that it should refuse; a script must not bring
/// us down, so that becomes a syntax problem of the file.
pub(super) fn in_swc<T>(
    path: &Path,
    work: impl FnOnce() -> Result<T, SyntaxProblem>,
) -> Result<T, SyntaxProblem> {
    let work = || {
        GLOBALS.set(&Globals::default(), || {
            HELPERS.set(&Helpers::new(false), work)
        })
    };
    expecting_panic(work).unwrap_or_else(|| {
        Err(SyntaxProblem {
            path: path.to_owned(),
            line: 1,
            column: 1,
            end_column: 2,
            text: String::new(),
            message: "the file could not be translated to JavaScript".to_owned(),
        })
    })
}

/// TypeScript constructs that decide how a file is translated.
#[derive(Debug, Clone, Copy, Default)]
struct Constructs {
    decorators: bool,
    /// `export =` or `import x = require(...)`.
    assignments: bool,
}

impl Constructs {
    fn of(program: &Program) -> Self {
        let mut found = Self::default();
        program.visit_with(&mut found);
        found
    }
}

impl Visit for Constructs {
    fn visit_decorator(&mut self, _: &Decorator) {
        self.decorators = true;
    }

    fn visit_ts_export_assignment(&mut self, _: &TsExportAssignment) {
        self.assignments = true;
    }

    fn visit_ts_import_equals_decl(&mut self, node: &TsImportEqualsDecl) {
        self.assignments |= !node.is_type_only && node.module_ref.is_ts_external_module_ref();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typescript(text: &str, package: PackageType) -> (Target, Rewritten) {
        translate_typescript(Path::new("/p/m.ts"), text, package, DecoratorMetadata::Omit)
            .expect("the file parses")
    }

    #[test]
    fn types_are_erased_in_place() {
        let text = "export async function up(db: Db, n: number = 1): Promise<void> {\n  throw new Error('x' as string);\n}\n";
        let (target, out) = typescript(text, PackageType::Module);
        assert_eq!(target, Target::Module);
        assert_eq!(out.map, None);
        assert_eq!(out.code.len(), text.len());
        assert_eq!(out.code.find("throw"), text.find("throw"));
        assert_eq!(out.code.find("n   "), text.find("n: number"));
    }

    #[test]
    fn an_import_used_only_as_a_type_goes_and_its_neighbour_stays() {
        let text = "import { Db, MongoClient } from 'mongodb';\nimport { Long, Document } from 'bson';\nimport './effect.js';\nexport const up = (db: Db, c: MongoClient, d: Document) => new Long(1);\n";
        let (_, out) = typescript(text, PackageType::Module);
        assert!(!out.code.contains("mongodb"), "{}", out.code);
        assert!(
            out.code.contains("import { Long } from 'bson'"),
            "{}",
            out.code
        );
        assert!(out.code.contains("import './effect.js'"));
        assert_eq!(out.code.lines().count(), text.lines().count());
        assert_eq!(out.code.find("export const"), text.find("export const"));
    }

    #[test]
    fn an_import_over_several_lines_keeps_its_lines() {
        let text = "import Def, {\n  A,\n  type B,\n  C as D,\n} from 'x'; const first = 1;\nexport const up = () => [Def, D, first];\n";
        let (_, out) = typescript(text, PackageType::Module);
        assert_eq!(out.map, None);
        assert_eq!(out.code.lines().count(), text.lines().count());
        assert!(
            out.code.starts_with("import Def, { C as D } from 'x';\n"),
            "{}",
            out.code
        );
        assert_eq!(out.code.find("const first"), text.find("const first"));
    }

    #[test]
    fn metadata_of_decorators_makes_types_into_values() {
        let text = "import { Db } from 'mongodb';\nconst prop = (..._: unknown[]) => {};\nexport class A { @prop db!: Db; }\n";
        let translate = |metadata| {
            let path = Path::new("/p/m.ts");
            translate_typescript(path, text, PackageType::Module, metadata)
                .unwrap()
                .1
                .code
        };
        assert!(!translate(DecoratorMetadata::Omit).contains("mongodb"));
        assert!(translate(DecoratorMetadata::Emit).contains("design:type"));
    }

    #[test]
    fn types_and_module_exports_stay_commonjs_without_a_map() {
        let text = "import { Db } from 'mongodb';\nmodule.exports = { async up(db: Db) {} };\n";
        let (target, out) = typescript(text, PackageType::Unstated);
        assert_eq!(target, Target::CommonJs);
        assert_eq!(out.map, None);
        assert!(!out.code.contains("import"));
    }

    #[test]
    fn enums_parameter_properties_and_decorators_are_translated() {
        let text = "enum Level { Low, High = 5 }\nclass A { constructor(private x: number) {} }\nexport const up = () => [Level.High, new A(1)];\n";
        let (_, out) = typescript(text, PackageType::Module);
        assert!(out.map.is_some());
        assert!(
            out.code.contains("this.x = x") || out.code.contains("x;"),
            "{}",
            out.code
        );
        let (_, out) = typescript(
            "const d = (c: any) => c;\n@d class B {}\nexport { B };\n",
            PackageType::Module,
        );
        assert!(!out.code.contains("@d"), "{}", out.code);
    }

    #[test]
    fn export_assignment_is_commonjs_even_in_a_module_package() {
        let (target, out) = typescript(
            "import fs = require('fs');\nexport = { up: () => fs };\n",
            PackageType::Module,
        );
        assert_eq!(target, Target::CommonJs);
        assert!(out.code.contains("module.exports = "), "{}", out.code);
    }

    #[test]
    fn top_level_await_keeps_a_file_a_module() {
        let (target, _) = typescript("export const x = await 1;\n", PackageType::Unstated);
        assert_eq!(target, Target::Module);
    }

    #[test]
    fn a_mixed_file_becomes_commonjs_and_an_ordinary_one_is_left() {
        let path = Path::new("/p/m.js");
        let mixed = "import fs from 'fs';\nmodule.exports = { up() { return fs; } };\n";
        let ModuleSyntax::Mixed(out) = module_syntax(path, mixed, PackageType::Unstated).unwrap()
        else {
            panic!("it is mixed");
        };
        assert!(out.code.contains("require(\"fs\")"), "{}", out.code);
        let ordinary = "import fs from 'fs';\nexport const up = () => fs;\n";
        assert_eq!(
            module_syntax(path, ordinary, PackageType::Unstated).unwrap(),
            ModuleSyntax::Plain
        );
        let guarded = "export const up = 1;\nif (typeof module !== 'undefined') {}\n";
        assert_eq!(
            module_syntax(path, guarded, PackageType::Unstated).unwrap(),
            ModuleSyntax::Plain
        );
        let none = "'use strict'; const x = 1;";
        assert_eq!(
            module_syntax(path, none, PackageType::Unstated).unwrap(),
            ModuleSyntax::Absent
        );
    }

    #[test]
    fn a_syntax_error_names_its_place() {
        let problem = translate_typescript(
            Path::new("/p/m.ts"),
            "let a = 1;\nlet b: = 2;\n",
            PackageType::Unstated,
            DecoratorMetadata::Omit,
        )
        .expect_err("it doesn't parse");
        assert_eq!((problem.line, problem.column), (2, 8));
        assert_eq!(problem.text, "let b: = 2;");
    }
}
