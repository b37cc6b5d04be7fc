use super::*;
use crate::source::tests::places;
