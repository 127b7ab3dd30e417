//! What a component imports: the most that it can ever do, read off its type without compiling it.

use std::fs;
use std::path::Path;

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind, ComponentType, ComponentTypeRef,
    InstanceTypeDeclaration, Parser, Payload,
};

use crate::build::BuildError;

/// An interface that a component imports, and which of its functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// With its package and version: `usher:host/my-documents@0.1.0`. Of a function without an interface, that function's name.
    pub interface: String,
    /// The functions that are imported of it. Empty: it gives types only, and nothing can be done with it.
    pub functions: Vec<String>,
}

/// Reads the imports of a component's file, in the file's order.
///
/// # Errors
/// [`BuildError::File`], or [`BuildError::NotAComponent`].
pub fn imports(component: &Path) -> Result<Vec<Import>, BuildError> {
    let bytes = fs::read(component).map_err(|source| BuildError::File {
        path: component.to_owned(),
        what: "read",
        source,
    })?;
    let not_a_component = |detail: String| BuildError::NotAComponent {
        file: component.to_owned(),
        detail,
    };
    if Parser::is_core_wasm(&bytes) {
        return Err(not_a_component(
            "it is a core module, which no component was made of".to_owned(),
        ));
    }
    read(&bytes).map_err(|error| not_a_component(error.to_string()))
}

fn read(bytes: &[u8]) -> Result<Vec<Import>, BinaryReaderError> {
    // What a type's index means. Only instances are of interest; their functions.
    let mut types: Vec<Option<Vec<String>>> = Vec::new();
    let mut imports = Vec::new();
    // Modules and components within this one have sections of their own.
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentTypeSection(section) if depth == 1 => {
                for declared in section {
                    types.push(functions(&declared?));
                }
            }
            Payload::ComponentAliasSection(section) if depth == 1 => {
                for alias in section {
                    if is_of_a_type(&alias?) {
                        types.push(None);
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    if export?.kind == ComponentExternalKind::Type {
                        types.push(None);
                    }
                }
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import?;
                    let interface = import.name.name.to_owned();
                    match import.ty {
                        ComponentTypeRef::Type(_) => types.push(None),
                        ComponentTypeRef::Instance(index) => imports.push(Import {
                            interface,
                            functions: types.get(index as usize).cloned().flatten().unwrap_or_default(),
                        }),
                        _ => imports.push(Import {
                            functions: vec![interface.clone()],
                            interface,
                        }),
                    }
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}

/// The functions of an instance's type; none if it is another type.
fn functions(declared: &ComponentType<'_>) -> Option<Vec<String>> {
    let ComponentType::Instance(declarations) = declared else {
        return None;
    };
    let functions = declarations.iter().filter_map(|declaration| match declaration {
        InstanceTypeDeclaration::Export {
            name,
            ty: ComponentTypeRef::Func(_),
        } => Some(name.name.to_owned()),
        _ => None,
    });
    Some(functions.collect())
}

fn is_of_a_type(alias: &ComponentAlias<'_>) -> bool {
    matches!(
        alias,
        ComponentAlias::InstanceExport {
            kind: ComponentExternalKind::Type,
            ..
        } | ComponentAlias::Outer {
            kind: ComponentOuterAliasKind::Type,
            ..
        }
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Vec<Import>, BuildError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        imports(file.path())
    }

    #[test]
    fn what_is_no_component_is_named_as_what_it_is() {
        let module = of(b"\0asm\x01\0\0\0").unwrap_err().to_string();
        assert!(module.contains("a core module"), "{module}");
        assert!(matches!(of(b"<html>"), Err(BuildError::NotAComponent { .. })));
        assert!(matches!(imports(Path::new("/nowhere")), Err(BuildError::File { .. })));
    }

    #[test]
    fn an_import_has_the_functions_of_its_type() {
        // (component (type (instance)) (type (instance (type (func)) (export "say" (func (type 0)))))
        //   (import "a:b/log" (instance (type 1))))
        let mut component = b"\0asm\x0d\0\x01\0".to_vec();
        let types = b"\x02\x42\x00\x42\x02\x01\x40\x00\x01\x00\x04\x00\x03say\x01\x00";
        component.extend([7, u8::try_from(types.len()).unwrap()]);
        component.extend(types);
        let import = b"\x01\x00\x07a:b/log\x05\x01";
        component.extend([10, u8::try_from(import.len()).unwrap()]);
        component.extend(import);
        let import = Import {
            interface: "a:b/log".to_owned(),
            functions: vec!["say".to_owned()],
        };
        assert_eq!(of(&component).unwrap(), [import]);
        assert_eq!(of(b"\0asm\x0d\0\x01\0").unwrap(), []);
    }
}
