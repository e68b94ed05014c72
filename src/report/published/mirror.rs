//! A published type and the type of the model that it mirrors, both ways. The macros name every field and every variant of the model: what is
//! added there and not here does not compile.

/// Made of a value of the model, and made into one.
pub(crate) trait Mirror<M>: Sized {
    /// The published form.
    fn of(model: &M) -> Self;

    /// The form of the model.
    fn into_model(self) -> M;
}

/// What is the same in both.
macro_rules! same {
    ($($type:ty),*) => {
        $(
            impl Mirror<$type> for $type {
                fn of(model: &$type) -> Self {
                    model.clone()
                }

                fn into_model(self) -> $type {
                    self
                }
            }
        )*
    };
}

same!(String, bool, u32, u64, usize, i64, (usize, usize));

impl<M, P: Mirror<M>> Mirror<Option<M>> for Option<P> {
    fn of(model: &Option<M>) -> Self {
        model.as_ref().map(P::of)
    }

    fn into_model(self) -> Option<M> {
        self.map(P::into_model)
    }
}

impl<M, P: Mirror<M>> Mirror<Vec<M>> for Vec<P> {
    fn of(model: &Vec<M>) -> Self {
        model.iter().map(P::of).collect()
    }

    fn into_model(self) -> Vec<M> {
        self.into_iter().map(P::into_model).collect()
    }
}

/// A struct with the fields of one of the model, in camelCase.
macro_rules! mirrors {
    ($(#[$about:meta])* $name:ident of $model:path { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name {
            $($(#[$attribute])* pub(crate) $field: $type,)*
        }

        impl $crate::mirror::Mirror<$model> for $name {
            fn of(model: &$model) -> Self {
                use $model as Model;
                let Model { $($field,)* } = model;
                $name { $($field: $crate::mirror::Mirror::of($field),)* }
            }

            fn into_model(self) -> $model {
                use $model as Model;
                Model { $($field: $crate::mirror::Mirror::into_model(self.$field),)* }
            }
        }
    };
}

/// An enum with the variants of one of the model, none of which holds anything.
macro_rules! mirrors_words {
    ($(#[$about:meta])* $name:ident of $model:path { $($(#[$attribute:meta])* $variant:ident,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum $name {
            $($(#[$attribute])* $variant,)*
        }

        impl $crate::mirror::Mirror<$model> for $name {
            fn of(model: &$model) -> Self {
                use $model as Model;
                match model {
                    $(Model::$variant => $name::$variant,)*
                }
            }

            fn into_model(self) -> $model {
                use $model as Model;
                match self {
                    $($name::$variant => Model::$variant,)*
                }
            }
        }
    };
}

pub(crate) use {mirrors, mirrors_words};
