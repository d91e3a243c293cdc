package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every change, in etcd's order, without a gap: first what there is, then what changes. A watch that breaks goes on where it was at another member; where that
 * is compacted away, all is told anew. On the loop's thread alone.
 */
final class StoreWatch implements LeaseHolder.Watch {
    private static final long PAUSE_MILLIS = 100;
    /** Responses that the control thread has not handled yet; then etcd waits. */
    private static final int MOST_AHEAD = 16;

    /** Hears what is watched. */
    interface Listener {
        /** All is told from the beginning: first, by {@link #put}, what there is. */
        void begins();

        /** All that there was has been told. @param isAgain this listener has missed changes */
        void begun(boolean isAgain);

        void put(KeyValue entry);

        void deleted(KeyValue entry);

        /** All of a response was told; {@code more} when it is handled. */
        void handled(Runnable more);

        void failed(Status status);
    }

    private final Keys keys;
    private final Store store;
    private final Scan scan;
    private final EventLoop loop;
    private final Listener listener;

    private @Nullable Stream stream;
    private boolean hasBegun;
    private boolean hasSynced;
    private boolean isClosed;
    /** From where to watch on; 0: from the beginning. */
    private long nextRevision;

    StoreWatch(Keys keys, Store store, Scan scan, EventLoop loop, Listener listener) {
        this.keys = keys;
        this.store = store;
        this.scan = scan;
        this.loop = loop;
        this.listener = listener;
    }

    @Override
    public void begin() {
        if (!hasBegun) {
            hasBegun = true;
            go();
        }
    }

    @Override
    public void isSilent() {
        Stream silent = stream;
        if (silent != null) {
            store.failed(silent.member);
            again(silent);
        }
    }

    /** All is told anew: the store is another one. */
    void restored() {
        nextRevision = 0;
        if (hasBegun) {
            Stream old = stream;
            if (old != null) {
                again(old);
            }
        }
    }

    void close() {
        isClosed = true;
        if (stream != null) {
            stream.cancel();
        }
    }

    private void again(Stream old) {
        if (old == stream) {
            stream = null;
            old.cancel();
            later();
        }
    }

    private void later() {
        ScheduledFuture<?> _ = loop.schedule(this::go, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void go() {
        if (isClosed) {
            return;
        }
        if (nextRevision != 0) {
            open();
            return;
        }
        boolean isAgain = hasSynced;
        listener.begins();
        scan.pages(
                Keys.SIGN,
                Keys.OWNER,
                0,
                (page, more) -> {
                    page.forEach(listener::put);
                    more.run();
                },
                revision -> {
                    if (isClosed) {
                        return;
                    }
                    hasSynced = true;
                    nextRevision = revision + 1;
                    listener.begun(isAgain);
                    go();
                },
                status -> {
                    listener.failed(status);
                    later();
                });
    }

    private void open() {
        WatchCreateRequest create = WatchCreateRequest.newBuilder()
                .setKey(keys.first(Keys.SIGN))
                .setRangeEnd(keys.after(Keys.RECORD))
                .setStartRevision(nextRevision)
                .build();
        Stream fresh = new Stream();
        stream = fresh;
        fresh.member =
                store.watch(WatchRequest.newBuilder().setCreateRequest(create).build(), fresh);
    }

    private void told(Event event) {
        KeyValue entry = event.getKv();
        if (event.getType() == Event.EventType.DELETE) {
            listener.deleted(entry);
        } else {
            listener.put(entry);
        }
    }

    /** One stream; what an older one brings late is not heard. */
    private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private int member;
        private @Nullable ClientCallStreamObserver<WatchRequest> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(MOST_AHEAD);
        }

        void cancel() {
            if (call != null) {
                call.cancel("another one is opened", null);
            }
        }

        private void more() {
            if (call != null) {
                call.request(1);
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            if (stream != this || !store.isSame(response.getHeader(), 0)) {
                return;
            }
            if (response.getCanceled()) {
                if (response.getCompactRevision() != 0) {
                    nextRevision = 0;
                }
                onError(Status.UNAVAILABLE
                        .withDescription(response.getCancelReason())
                        .asException());
                return;
            }
            response.getEventsList().forEach(StoreWatch.this::told);
            int count = response.getEventsCount();
            if (count > 0) {
                nextRevision = response.getEvents(count - 1).getKv().getModRevision() + 1;
            }
            listener.handled(() -> loop.execute(this::more));
        }

        @Override
        public void onError(Throwable failure) {
            if (stream == this) {
                if (Status.fromThrowable(failure).getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                    nextRevision = 0; // too far behind to be told at once
                }
                store.failed(member);
                again(this);
            }
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.asException());
        }
    }
}
