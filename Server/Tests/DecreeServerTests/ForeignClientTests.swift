import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Other people's clients", .serialized) struct ForeignClientTests {
        @Test("python-etcd3 (on Google's gRPC for C) puts, gets, deletes, compares and lists at each endpoint")
        func pythonEtcd3() throws {
            try withCluster(.decree()) { cluster in
                for port in cluster.ports {
                    let result = try runCommand([try Tools.python.get(), "-c", Self.etcd3Script, "\(port)"])
                    #expect(result.succeeded && result.output == "all done\n", "\(result)")
                }
            }
        }

        private static let etcd3Script = """
            import sys
            import etcd3
            client = etcd3.client(host='127.0.0.1', port=int(sys.argv[1]), timeout=5)
            client.delete_prefix('py/')
            client.put('py/a', '1')
            value, meta = client.get('py/a')
            assert value == b'1' and meta.version == 1 and meta.create_revision == meta.mod_revision
            client.put('py/a', '2')
            client.put('py/b', b'\\x00\\xff')
            assert [(m.key, v) for v, m in client.get_prefix('py/')] == [(b'py/a', b'2'), (b'py/b', b'\\x00\\xff')]
            assert [m.key for v, m in client.get_prefix('py/', sort_order='descend')] == [b'py/b', b'py/a']
            assert client.get('py/missing') == (None, None)
            assert client.put_if_not_exists('py/c', 'new') and not client.put_if_not_exists('py/c', 'newer')
            assert client.replace('py/a', '2', '3') and not client.replace('py/a', '2', '4')
            ok, answers = client.transaction(
                compare=[client.transactions.value('py/a') == '3', client.transactions.version('py/b') > 0],
                success=[client.transactions.put('py/a', '5'), client.transactions.get('py/b'),
                         client.transactions.delete('py/c')],
                failure=[client.transactions.put('py/a', 'wrong')])
            assert ok and answers[1][0][0] == b'\\x00\\xff'
            ok, answers = client.transaction(
                compare=[client.transactions.create('py/c') > 0], success=[],
                failure=[client.transactions.get('py/a')])
            assert not ok and answers[0][0][0] == b'5'
            assert client.delete('py/a') and not client.delete('py/a')
            status = client.status()
            assert status.version == '3.6.14' and status.leader is not None and status.raft_term >= 1
            assert sorted(m.name for m in client.members) == ['n1', 'n2', 'n3']
            value, meta = client.get('py/b')
            client.put('py/b', 'later')
            client.compact(meta.response_header.revision)
            try:
                client.compact(1)
                raise SystemExit('a compaction behind the floor was accepted')
            except Exception as error:
                text = repr(error) + repr(error.__cause__)
                assert 'compacted' in text, text
            print('all done')
            """

        @Test("grpcio calls every method with the texts and codes of etcd, deadlines and unknown methods included")
        func pythonGrpc() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let result = try runCommand([try Tools.python.get(), "-c", Self.grpcScript, "\(cluster.ports[0])"])
                #expect(result.succeeded && result.output == "all done\n", "\(result)")
            }
        }

        /// Raw bytes through Google's stack: no generated code on either side.
        private static let grpcScript = """
            import sys
            import grpc
            channel = grpc.insecure_channel('127.0.0.1:' + sys.argv[1])
            def call(path, request, timeout=5):
                return channel.unary_unary(path, request_serializer=None, response_deserializer=None)(
                    request, timeout=timeout)
            def refusal(path, request):
                try:
                    call(path, request)
                except grpc.RpcError as error:
                    return error.code(), error.details()
                raise SystemExit('no error from ' + path)
            kv = '/etcdserverpb.KV/'
            put = call(kv + 'Put', b'\\x0a\\x01k\\x12\\x01v')
            assert put.startswith(b'\\x0a'), put
            assert b'\\x12' in call(kv + 'Range', b'\\x0a\\x01k')
            assert refusal(kv + 'Put', b'') == (
                grpc.StatusCode.INVALID_ARGUMENT, 'etcdserver: key is not provided')
            assert refusal(kv + 'Range', b'\\x0a\\x01k\\x20\\x64') == (
                grpc.StatusCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision')
            assert refusal(kv + 'Nothing', b'')[0] == grpc.StatusCode.UNIMPLEMENTED
            assert refusal('/no.Service/Nothing', b'')[0] == grpc.StatusCode.UNIMPLEMENTED
            assert refusal(kv + 'Put', b'\\xff\\xff\\xff')[0] in (
                grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT)
            calls = [channel.unary_unary(kv + 'Range', request_serializer=None, response_deserializer=None).future(
                b'\\x0a\\x01k', timeout=10) for _ in range(2000)]
            assert all(b'\\x12' in c.result() for c in calls)
            health = channel.unary_unary('/grpc.health.v1.Health/Check', request_serializer=None,
                response_deserializer=None)(b'', timeout=5)
            assert health == b'\\x08\\x01', health
            print('all done')
            """
    }
}
