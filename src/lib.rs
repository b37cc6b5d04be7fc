//! landgrant keeps access to an AWS landing zone in reviewed text files.

pub mod sandbox;
