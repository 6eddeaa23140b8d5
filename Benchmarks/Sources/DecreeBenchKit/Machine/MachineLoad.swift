import Glibc

/// How busy the machine is.
public enum MachineLoad {
    /// Tasks that ran or waited to, on average over the last minute.
    public static func lastMinute() -> Double {
        var averages = [0.0]
        return getloadavg(&averages, 1) == 1 ? averages[0] : 0
    }
}
