package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of etcd. Each call goes to the member in use, has a deadline and is never repeated: a failure is its caller's to judge. Notices a store that was put
 * back to an earlier state: what etcd answers linearizably has a revision that never falls. On the loop's thread alone.
 */
final class Store implements Transactions, Scan.Ranges {
    /** The longest that a call takes. */
    static final long DEADLINE_NANOS = 1_000_000_000L;
    /** Until there was an answer: the process loads what it needs for one, on a machine that may be starting too. */
    private static final long FIRST_DEADLINE_NANOS = 3 * DEADLINE_NANOS;

    private static final Metadata.Key<String> NEEDS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Endpoints endpoints;
    private final Latencies latencies;
    private final Runnable restored;
    private boolean hasAnswered;
    private long clusterId;
    /** Written by the loop, read by whoever asks how the store is. */
    private volatile long revision;
    /** Counts stores. */
    private int life;

    /** @param restored called when the store is not the one that it was */
    Store(Endpoints endpoints, Latencies latencies, Runnable restored) {
        this.endpoints = endpoints;
        this.latencies = latencies;
        this.restored = restored;
    }

    /** The highest revision known. */
    long revision() {
        return revision;
    }

    /** The member in use, for a person. */
    String address() {
        return endpoints.address(endpoints.current()).toString();
    }

    @Override
    public boolean isDown() {
        return endpoints.areDown();
    }

    @Override
    public void run(TxnRequest request, Consumer<TxnResponse> then, Consumer<Status> failed) {
        call(KVGrpc.getTxnMethod(), request, TxnResponse::getHeader, then, failed);
    }

    @Override
    public void range(RangeRequest request, Consumer<RangeResponse> then, Consumer<Status> failed) {
        call(KVGrpc.getRangeMethod(), request, RangeResponse::getHeader, then, failed);
    }

    void put(PutRequest request, Consumer<PutResponse> then, Consumer<Status> failed) {
        call(KVGrpc.getPutMethod(), request, PutResponse::getHeader, then, failed);
    }

    void grant(long seconds, Consumer<LeaseGrantResponse> then, Consumer<Status> failed) {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setTTL(seconds).build();
        call(LeaseGrpc.getLeaseGrantMethod(), request, null, then, failed);
    }

    /** Ends a lease, if it can. */
    void revoke(long lease, Runnable done) {
        LeaseRevokeRequest request =
                LeaseRevokeRequest.newBuilder().setID(lease).build();
        call(LeaseGrpc.getLeaseRevokeMethod(), request, null, _ -> done.run(), _ -> done.run());
    }

    /** Renews a lease; the seconds left, 0 or less: there is none any more. */
    void keepAlive(long lease, Consumer<Long> then, Consumer<Status> failed) {
        int index = endpoints.current();
        ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call =
                endpoints.channel(index).newCall(LeaseGrpc.getLeaseKeepAliveMethod(), withDeadline());
        StreamObserver<LeaseKeepAliveRequest> stream = ClientCalls.asyncBidiStreamingCall(
                call, new Answer<>(index, null, answer -> then.accept(answer.getTTL()), failed));
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        stream.onCompleted();
    }

    /**
     * Opens a watch.
     *
     * @return the member by which it goes
     */
    int watch(WatchRequest request, ClientResponseObserver<WatchRequest, WatchResponse> observer) {
        int index = endpoints.current();
        ClientCall<WatchRequest, WatchResponse> call =
                endpoints.channel(index).newCall(WatchGrpc.getWatchMethod(), options());
        ClientCalls.asyncBidiStreamingCall(withLeader(call), observer).onNext(request);
        return index;
    }

    /** A watch by this member has failed, or is silent. */
    void failed(int index) {
        endpoints.failed(index);
    }

    private static ClientCall<WatchRequest, WatchResponse> withLeader(ClientCall<WatchRequest, WatchResponse> call) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(call) {
            @Override
            public void start(Listener<WatchResponse> listener, Metadata headers) {
                headers.put(NEEDS_LEADER, "true");
                super.start(listener, headers);
            }
        };
    }

    private CallOptions options() {
        Token token = endpoints.token();
        return token == null ? CallOptions.DEFAULT : CallOptions.DEFAULT.withCallCredentials(token);
    }

    private CallOptions withDeadline() {
        return options().withDeadlineAfter(hasAnswered ? DEADLINE_NANOS : FIRST_DEADLINE_NANOS, TimeUnit.NANOSECONDS);
    }

    private <Q, A> void call(
            MethodDescriptor<Q, A> method,
            Q request,
            @Nullable Function<A, ResponseHeader> header,
            Consumer<A> then,
            Consumer<Status> failed) {
        int index = endpoints.current();
        ClientCalls.asyncUnaryCall(
                endpoints.channel(index).newCall(method, withDeadline()),
                request,
                new Answer<>(index, header, then, failed));
    }

    /**
     * Whether this is the store that answered before.
     *
     * @param atLeast the revision that it must have; 0 for a watch, which may be behind
     */
    boolean isSame(ResponseHeader header, long atLeast) {
        if (clusterId != 0 && (header.getClusterId() != clusterId || header.getRevision() < atLeast)) {
            life++;
            clusterId = 0;
            revision = 0;
            restored.run();
            return false;
        }
        clusterId = header.getClusterId();
        revision = Math.max(revision, header.getRevision());
        return true;
    }

    /** Hears one answer, or why there is none, once. */
    private final class Answer<A> implements StreamObserver<A> {
        private final int index;
        private final @Nullable Function<A, ResponseHeader> header;
        private final Consumer<A> then;
        private final Consumer<Status> failed;
        private final long beganNanos = System.nanoTime();
        private final long atLeast = revision;
        private final int since = life;
        private boolean isDone;

        /** @param header of an answer that is linearizable */
        Answer(int index, @Nullable Function<A, ResponseHeader> header, Consumer<A> then, Consumer<Status> failed) {
            this.index = index;
            this.header = header;
            this.then = then;
            this.failed = failed;
        }

        @Override
        public void onNext(A answer) {
            if (isDone) {
                return;
            }
            isDone = true;
            hasAnswered = true;
            endpoints.answered();
            latencies.took(System.nanoTime() - beganNanos);
            if (since == life && (header == null || isSame(header.apply(answer), atLeast))) {
                then.accept(answer);
            } else {
                failed.accept(Status.DATA_LOSS.withDescription("the store was put back to an earlier state"));
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (isDone) {
                return;
            }
            isDone = true;
            Status status = Status.fromThrowable(failure);
            if (Failures.isOfMember(status)) {
                endpoints.failed(index);
            } else {
                endpoints.answered();
            }
            Token token = endpoints.token();
            if (token != null && status.getCode() == Status.Code.UNAUTHENTICATED) {
                token.forget();
            }
            failed.accept(status.withDescription(endpoints.address(index) + ": " + status.getDescription()));
        }

        @Override
        public void onCompleted() {
            onError(Status.INTERNAL.withDescription("no answer").asException());
        }
    }
}
