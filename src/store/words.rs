//! Conditions in the very words of a partial index: neither database sees in a parameter what an index holds.

/// An expression that is always the same text.
macro_rules! in_words {
    ($(#[$meta:meta])* $vis:vis $name:ident: $sql_type:ty = $words:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, diesel::query_builder::QueryId)]
        $vis struct $name;

        impl diesel::expression::Expression for $name {
            type SqlType = $sql_type;
        }
        impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for $name {
            fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
                out.push_sql($words);
                Ok(())
            }
        }
        impl<T> diesel::expression::AppearsOnTable<T> for $name {}
        impl<T> diesel::expression::SelectableExpression<T> for $name {}
        impl diesel::expression::ValidGrouping<()> for $name {
            type IsAggregate = diesel::expression::is_aggregate::No;
        }
    };
}

pub(in crate::store) use in_words;
