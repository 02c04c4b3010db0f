"""A bundled newsroom goes in; alerts come out in a local mailbox and webhook: real servers, our own texts."""
