//! The generated bindings of the interfaces that this host offers, sealed here.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit/host",
        inline: "
            package usher:offered;
            world offered {
                import usher:host/identity@0.1.0;
                import usher:host/my-documents@0.1.0;
                import usher:host/my-documents-write@0.1.0;
                import usher:host/all-documents@0.1.0;
                import usher:host/shared-documents@0.1.0;
                import usher:host/shared-documents-write@0.1.0;
                import usher:host/graph@0.1.0;
                import usher:host/graph-write@0.1.0;
                import usher:host/http@0.1.0;
                import usher:host/config@0.1.0;
                import usher:host/log@0.1.0;
            }
        ",
        world: "usher:offered/offered",
        imports: { default: async | trappable },
        // For the tape.
        additional_derives: [serde::Serialize, serde::Deserialize],
    });
}

pub(crate) use generated::usher::host::{
    all_documents, config, documents, graph, graph_types, graph_write, http, identity, log, my_documents,
    my_documents_write, shared_documents, shared_documents_write,
};
