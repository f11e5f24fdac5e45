package dev.eider.server.fork;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Map;

/** JSON merge patch (RFC 7396) over Struct. Pure. */
final class MergePatch {
  private MergePatch() {}

  /**
   * Returns the target with the patch merged in: null removes, an object merges, anything else
   * replaces.
   */
  static Struct apply(Struct target, Struct patch) {
    Struct.Builder merged = target.toBuilder();
    for (Map.Entry<String, Value> change : patch.getFieldsMap().entrySet()) {
      String name = change.getKey();
      Value value = change.getValue();
      if (value.hasNullValue()) {
        merged.removeFields(name);
      } else if (value.hasStructValue()) {
        Value old = merged.getFieldsOrDefault(name, Value.getDefaultInstance());
        merged.putFields(
            name,
            Value.newBuilder()
                .setStructValue(apply(old.getStructValue(), value.getStructValue()))
                .build());
      } else {
        merged.putFields(name, value);
      }
    }
    return merged.build();
  }
}
