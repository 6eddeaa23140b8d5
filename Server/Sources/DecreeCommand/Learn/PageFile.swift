import DecreePages
import Foundation

/// A file that a page is written to.
struct PageFile {
    let path: String

    /// Writes the page of a run in place of what the file held.
    /// - Parameter isSilent: Standard output is for programs.
    func write(_ run: RecordedRun, isSilent: Bool = false) throws(ClientFailure) {
        do {
            let page = Data(RunPage.html(run).utf8)
            try page.write(to: URL(fileURLWithPath: path), options: isReplaceable ? .atomic : [])
        } catch {
            throw ClientFailure(.failed, "the page cannot be written to \(path): \(reason(error))")
        }
        if !isSilent { Output.write("\nThe run as a page, to open in a browser: \(path)\n") }
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
