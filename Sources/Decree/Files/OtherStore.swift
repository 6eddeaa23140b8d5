/// By which files the data of other stores are known: a node must not begin among them.
enum OtherStore {
    /// Whether a file or folder of this name belongs to one.
    static func isOne(_ name: String) -> Bool {
        names.contains(name) || suffixes.contains { name.hasSuffix($0) } || prefixes.contains { name.hasPrefix($0) }
    }

    /// Of etcd, ZooKeeper, Consul and Nomad, PostgreSQL, MySQL, MongoDB, Redis, RocksDB and LevelDB, LMDB, Kafka.
    private static let names: Set<String> = [
        "member", "version-2", "raft", "serf", "PG_VERSION", "pg_wal", "ibdata1", "WiredTiger", "storage.bson",
        "dump.rdb", "appendonly.aof", "appendonlydir", "CURRENT", "data.mdb", "meta.properties",
    ]
    private static let prefixes = ["MANIFEST-", "ib_logfile"]
    private static let suffixes = [".mdb", ".sst", ".ldb", ".ibd", ".sqlite", ".sqlite3"]
}
