/// What the server says of itself.
public enum Versions {
    /// Our own version.
    public static let decree = "0.1.0"
    /// The version of etcd whose interface is served; clients parse it and switch features on by it.
    public static let etcd = "3.6.14"
    /// What etcd calls the cluster's version: the level that all members speak.
    public static let cluster = "3.6.0"
    /// What etcd calls the version of the stored format.
    public static let storage = "3.6.0"
}
