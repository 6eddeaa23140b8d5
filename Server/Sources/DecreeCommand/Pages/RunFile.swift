import DecreePages
import Foundation

/// A file that a run is written to, to look at it.
struct RunFile {
    let path: String
    /// Standard output is for programs.
    var isSilent = false

    /// Writes a page in place of what the file held.
    func write(page run: RecordedRun) throws(ClientFailure) {
        try put(RunPage.html(run), "The run as a page, to open in a browser")
    }

    /// The same with another run beside it.
    func write(page run: RecordedRun, beside other: RecordedRun) throws(ClientFailure) {
        try put(RunPage.html(run, beside: other), "The two runs as a page, to open in a browser")
    }

    /// Writes a log that ShiViz reads.
    func write(log run: RecordedRun) throws(ClientFailure) {
        try put(ShiVizLog.text(run), "The run as a log for ShiViz")
    }

    /// Writes a module that Spectacle reads. It is called as the file is, as far as a module may be.
    func write(module run: RecordedRun) throws(ClientFailure) {
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
            .filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let isName = name.contains { $0.isLetter }
        try put(SpectacleModule.text(run, name: isName ? name : "Run"), "The run as a module for Spectacle")
    }

    private func put(_ text: String, _ words: String) throws(ClientFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: isReplaceable ? .atomic : [])
        } catch {
            throw ClientFailure(.failed, "\(path) cannot be written: \(reason(error))")
        }
        if !isSilent { Output.write("\n\(words): \(path)\n") }
    }

    /// It is a file or nothing yet, so that another may take its place in one step. A device must stay what it is.
    private var isReplaceable: Bool {
        guard let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType else {
            return true
        }
        return kind == .typeRegular
    }

    private func reason(_ error: any Error) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            return "there is no folder \(folder)"
        }
        if !isFolder.boolValue { return "\(folder) is no folder" }
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return "that is a folder"
        }
        return error.localizedDescription
    }
}
