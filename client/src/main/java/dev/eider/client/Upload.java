package dev.eider.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.v1.ImportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * One call of ImportRuns, under the transport's flow control. The sending thread uses it; the
 * worker thread runs the callbacks.
 */
final class Upload implements ClientResponseObserver<ImportRunsRequest, ImportRunsResponse> {
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable ClientCallStreamObserver<ImportRunsRequest> requests;

  @GuardedBy("lock")
  private @Nullable ImportRunsResponse answer;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  @GuardedBy("lock")
  private boolean ended;

  @Override
  public void beforeStart(ClientCallStreamObserver<ImportRunsRequest> stream) {
    stream.setOnReadyHandler(this::changed);
    synchronized (lock) {
      requests = stream;
    }
  }

  @Override
  public void onNext(ImportRunsResponse response) {
    synchronized (lock) {
      answer = response;
    }
  }

  @Override
  public void onError(Throwable thrown) {
    synchronized (lock) {
      failure = thrown;
      ended = true;
      lock.notifyAll();
    }
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      ended = true;
      lock.notifyAll();
    }
  }

  private void changed() {
    synchronized (lock) {
      lock.notifyAll();
    }
  }

  /** Waits until more can be sent; returns false if the call ends first. */
  boolean awaitReady() {
    synchronized (lock) {
      try {
        while (!ended && !stream().isReady()) {
          lock.wait();
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      return !ended;
    }
  }

  void send(ImportRunsRequest part) {
    ClientCallStreamObserver<ImportRunsRequest> stream;
    synchronized (lock) {
      stream = stream();
    }
    stream.onNext(part);
  }

  /** Ends the upload and waits for the answer. */
  ImportRunsResponse finish() {
    synchronized (lock) {
      if (!ended) {
        stream().onCompleted();
      }
      try {
        while (!ended) {
          lock.wait();
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      if (failure instanceof StatusRuntimeException refused) {
        throw EiderException.of(refused);
      }
      if (answer == null) {
        throw EiderException.of(
            Status.INTERNAL
                .withDescription("no answer came")
                .withCause(failure)
                .asRuntimeException());
      }
      return answer;
    }
  }

  void cancel(Throwable cause) {
    synchronized (lock) {
      if (requests != null && !ended) {
        requests.cancel("the file was not sent to its end", cause);
      }
    }
  }

  @GuardedBy("lock")
  private ClientCallStreamObserver<ImportRunsRequest> stream() {
    if (requests == null) {
      throw new IllegalStateException("the call has not begun");
    }
    return requests;
  }

  private static EiderException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return EiderException.of(
        Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException());
  }
}
