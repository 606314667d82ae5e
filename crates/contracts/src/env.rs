//! Names of the environment variables that functions read. `infra/functions.json` supplies them.

/// DynamoDB table of videos and tasks.
pub const TABLE: &str = "VINDEX_TABLE";
/// S3 bucket of uploads and of the inbox.
pub const MEDIA_BUCKET: &str = "VINDEX_MEDIA_BUCKET";
/// S3 bucket of everything computed.
pub const DERIVED_BUCKET: &str = "VINDEX_DERIVED_BUCKET";
/// ARN of the state machine `index-video`.
pub const INDEX_STATE_MACHINE_ARN: &str = "VINDEX_STATE_MACHINE_ARN";
/// ARN of the state machine `delete-video`.
pub const DELETE_STATE_MACHINE_ARN: &str = "VINDEX_DELETE_STATE_MACHINE_ARN";
/// ARN of the state machine `reindex`.
pub const REINDEX_STATE_MACHINE_ARN: &str = "VINDEX_REINDEX_STATE_MACHINE_ARN";
/// URL of the OpenSearch endpoint, without a path.
pub const OPENSEARCH_URL: &str = "VINDEX_OPENSEARCH_URL";
/// How many copies of the index beside the first; 0 on a single node.
pub const INDEX_REPLICAS: &str = "VINDEX_INDEX_REPLICAS";
/// Folder that holds a folder per model.
pub const MODELS_DIR: &str = "VINDEX_MODELS_DIR";
/// Path of the ffmpeg executable.
pub const FFMPEG: &str = "VINDEX_FFMPEG";
/// Path of the ONNX Runtime library.
pub const ONNXRUNTIME: &str = "VINDEX_ONNXRUNTIME";
/// Comma-separated `bucket` or `bucket/prefix/` from which imports are allowed; `{workspace}` in a
/// prefix stands for the caller's tenant. Empty: none.
pub const IMPORT_SOURCES: &str = "VINDEX_IMPORT_SOURCES";
/// Whether it is recorded which moments are opened: `true` or `false`.
pub const RECORD_FEEDBACK: &str = "VINDEX_RECORD_FEEDBACK";
/// Length of a chunk in seconds; a setting, 300 unless told.
pub const CHUNK_SECONDS: &str = "VINDEX_CHUNK_SECONDS";

/// Every name above.
pub const ALL: &[&str] = &[
    TABLE,
    MEDIA_BUCKET,
    DERIVED_BUCKET,
    INDEX_STATE_MACHINE_ARN,
    DELETE_STATE_MACHINE_ARN,
    REINDEX_STATE_MACHINE_ARN,
    OPENSEARCH_URL,
    INDEX_REPLICAS,
    MODELS_DIR,
    FFMPEG,
    ONNXRUNTIME,
    IMPORT_SOURCES,
    RECORD_FEEDBACK,
    CHUNK_SECONDS,
];
