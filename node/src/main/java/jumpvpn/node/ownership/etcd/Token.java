package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What etcd's login gives, for each call; asked for when it is missing, or was refused. On the loop's thread alone. */
final class Token extends CallCredentials {
    private static final Metadata.Key<String> NAME = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final Endpoints endpoints;
    private final AuthenticateRequest request;
    private final List<MetadataApplier> waiting = new ArrayList<>();
    private @Nullable Metadata token;

    Token(Endpoints endpoints, EtcdSessionTable.Login login) {
        this.endpoints = endpoints;
        request = AuthenticateRequest.newBuilder()
                .setName(login.user())
                .setPassword(new String(login.password(), StandardCharsets.UTF_8))
                .build();
    }

    /** The token is not good any more. */
    void forget() {
        token = null;
    }

    @Override
    public void applyRequestMetadata(RequestInfo info, Executor loop, MetadataApplier applier) {
        loop.execute(() -> {
            Metadata known = token;
            if (known != null) {
                applier.apply(known);
                return;
            }
            waiting.add(applier);
            if (waiting.size() == 1) {
                authenticate();
            }
        });
    }

    private void authenticate() {
        var call = endpoints
                .channel(endpoints.current())
                .newCall(
                        AuthGrpc.getAuthenticateMethod(),
                        CallOptions.DEFAULT.withDeadlineAfter(Store.DEADLINE_NANOS, TimeUnit.NANOSECONDS));
        ClientCalls.asyncUnaryCall(call, request, new StreamObserver<AuthenticateResponse>() {
            @Override
            public void onNext(AuthenticateResponse response) {
                Metadata fresh = new Metadata();
                fresh.put(NAME, response.getToken());
                token = fresh;
                drain().forEach(applier -> applier.apply(fresh));
            }

            @Override
            public void onError(Throwable failure) {
                Status status = refusal(Status.fromThrowable(failure));
                drain().forEach(applier -> applier.fail(status));
            }

            @Override
            public void onCompleted() {
                // the token is there
            }
        });
    }

    /** etcd says "invalid argument" to a wrong password, and "failed precondition" where it asks for none; neither may be said of the call that waits for the token. */
    private static Status refusal(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION ->
                Status.UNAUTHENTICATED.withDescription(status.getDescription());
            default -> status;
        };
    }

    private List<MetadataApplier> drain() {
        List<MetadataApplier> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
