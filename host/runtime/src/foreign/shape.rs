//! The types of WIT that JSON can carry.

use wasmtime::component::Type;

/// How deep types may nest: their schemas nest several times as deep.
const DEPTH: usize = 12;
/// How many types one function may be made of, each place counted: one type in two fields of another type doubles at each level.
const TYPES: usize = 2_000;

/// A type, spelled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Bool,
    /// An integer, by its smallest and largest value.
    Integer(Integer),
    Float32,
    Float64,
    Char,
    String,
    /// `list<u8>`.
    Bytes,
    List(Box<Shape>),
    Record(Vec<(String, Shape)>),
    Tuple(Vec<Shape>),
    Variant(Vec<(String, Option<Shape>)>),
    Enum(Vec<String>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Flags(Vec<String>),
}

/// The integers of WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
}

/// How much of a function's types was seen.
#[derive(Debug, Default)]
pub(super) struct Size {
    types: usize,
    depth: usize,
}

impl Shape {
    /// Spells out a type.
    ///
    /// # Errors
    /// What JSON can't carry, as the rest of a sentence.
    pub(super) fn of(ty: &Type, size: &mut Size) -> Result<Self, String> {
        size.types += 1;
        size.depth += 1;
        if size.types > TYPES || size.depth > DEPTH {
            return Err(format!(
                "types that nest deeper than {DEPTH} levels or are more than {TYPES}"
            ));
        }
        let shape = Self::inner(ty, size)?;
        size.depth -= 1;
        Ok(shape)
    }

    fn inner(ty: &Type, size: &mut Size) -> Result<Self, String> {
        let cannot = |what: &str| Err(format!("{what}, which JSON can't carry"));
        Ok(match ty {
            Type::Bool => Self::Bool,
            Type::U8 => Self::Integer(Integer::U8),
            Type::U16 => Self::Integer(Integer::U16),
            Type::U32 => Self::Integer(Integer::U32),
            Type::U64 => Self::Integer(Integer::U64),
            Type::S8 => Self::Integer(Integer::S8),
            Type::S16 => Self::Integer(Integer::S16),
            Type::S32 => Self::Integer(Integer::S32),
            Type::S64 => Self::Integer(Integer::S64),
            Type::Float32 => Self::Float32,
            Type::Float64 => Self::Float64,
            Type::Char => Self::Char,
            Type::String => Self::String,
            Type::List(list) if list.ty() == Type::U8 => Self::Bytes,
            Type::List(list) => Self::List(Box::new(Self::of(&list.ty(), size)?)),
            Type::Record(record) => {
                let fields = record
                    .fields()
                    .map(|field| Ok((field.name.to_owned(), Self::of(&field.ty, size)?)));
                Self::Record(fields.collect::<Result<_, String>>()?)
            }
            Type::Tuple(tuple) => {
                let types = tuple.types().map(|ty| Self::of(&ty, size));
                Self::Tuple(types.collect::<Result<_, _>>()?)
            }
            Type::Variant(variant) => {
                let cases = variant.cases().map(|case| {
                    let payload = case.ty.map(|ty| Self::of(&ty, size)).transpose()?;
                    Ok((case.name.to_owned(), payload))
                });
                Self::Variant(cases.collect::<Result<_, String>>()?)
            }
            Type::Enum(cases) => Self::Enum(cases.names().map(str::to_owned).collect()),
            Type::Option(option) => Self::Option(Box::new(Self::of(&option.ty(), size)?)),
            Type::Result(result) => {
                let mut payload = |ty: Option<Type>| ty.map(|ty| Self::of(&ty, size).map(Box::new)).transpose();
                Self::Result(payload(result.ok())?, payload(result.err())?)
            }
            Type::Flags(flags) => Self::Flags(flags.names().map(str::to_owned).collect()),
            Type::Own(_) | Type::Borrow(_) => return cannot("a resource"),
            Type::Stream(_) => return cannot("a stream"),
            Type::Future(_) => return cannot("a future"),
            Type::ErrorContext => return cannot("an error context"),
            // Behind features of the engine that are off: a component that has one doesn't compile here.
            Type::Map(_) | Type::FixedLengthList(_) => return cannot("a map or a list of fixed length"),
        })
    }

    /// Whether `null` already means something of it, so that an option of it needs another way to say "none".
    pub(super) fn takes_null(&self) -> bool {
        matches!(self, Self::Option(_))
    }
}

impl Integer {
    /// The smallest and the largest value.
    pub(super) fn range(self) -> (i64, u64) {
        match self {
            Self::U8 => (0, u8::MAX.into()),
            Self::U16 => (0, u16::MAX.into()),
            Self::U32 => (0, u32::MAX.into()),
            Self::U64 => (0, u64::MAX),
            Self::S8 => (i8::MIN.into(), i8::MAX as u64),
            Self::S16 => (i16::MIN.into(), i16::MAX as u64),
            Self::S32 => (i32::MIN.into(), i32::MAX as u64),
            Self::S64 => (i64::MIN, i64::MAX as u64),
        }
    }
}
