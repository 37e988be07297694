;; Frames staged records as those of a record batch: plainFramer of framer.ts with the same bits. Parts are copied in steps of up to 64 bytes: so many
;; are read behind the end of a part, and overwritten behind the end of a record.
;;
;; `npm run reference` assembles it into frame-records-wasm.ts.
(module
  (memory (export "memory") 1)

  ;; The greatest timestamp of the last call's records.
  (global $maxTimestamp (export "maxTimestamp") (mut f64) (f64.const 0))

  ;; Length of an unsigned varint: a byte for every seven bits, at least one.
  (func $size (param $value i32) (result i32)
    (i32.shr_u
      (i32.sub (i32.const 352) (i32.mul (i32.clz (local.get $value)) (i32.const 9)))
      (i32.const 6)))

  ;; Writes an unsigned varint at $at; returns the address after it.
  (func $varint (param $at i32) (param $value i32) (result i32)
    (call $varlong (local.get $at) (i64.extend_i32_u (local.get $value))))

  ;; The same of up to 64 bits.
  (func $varlong (param $at i32) (param $value i64) (result i32)
    (block $last
      (loop $more
        (br_if $last (i64.le_u (local.get $value) (i64.const 0x7f)))
        (i64.store8 (local.get $at) (i64.or (local.get $value) (i64.const 0x80)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $value (i64.shr_u (local.get $value) (i64.const 7)))
        (br $more)))
    (i64.store8 (local.get $at) (local.get $value))
    (i32.add (local.get $at) (i32.const 1)))

  ;; Writes $count records at $out; returns the address after the last. Record n is number $first + n of the columns, or the one that $order names
  ;; there ($order 0: none). $headers 0: no record has any.
  (func (export "frame")
    (param $order i32) (param $first i32) (param $count i32)
    (param $bounds i32) (param $nulls i32) (param $timestamps i32) (param $headers i32) (param $out i32)
    (result i32)
    (local $n i32) (local $i i32) (local $at i32) (local $null i32)
    (local $key i32) (local $keyLength i32) (local $keyVarint i32)
    (local $value i32) (local $valueLength i32) (local $valueVarint i32)
    (local $header i32) (local $headerLength i32)
    (local $number i32) (local $length i32) (local $isLong i32) (local $end i32)
    (local $time f64) (local $base f64) (local $max f64) (local $delta i64) (local $deltaSize i32)
    (local.set $max (f64.const -inf))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $n) (local.get $count)))
        (local.set $i (i32.add (local.get $first) (local.get $n)))
        (if (local.get $order)
          (then
            (local.set $i
              (i32.load (i32.add (local.get $order) (i32.shl (local.get $i) (i32.const 2)))))))

        (local.set $time (f64.load (i32.add (local.get $timestamps) (i32.shl (local.get $i) (i32.const 3)))))
        (if (i32.eqz (local.get $n)) (then (local.set $base (local.get $time))))
        (local.set $max (f64.max (local.get $max) (local.get $time)))
        (local.set $delta (i64.trunc_sat_f64_s (f64.sub (local.get $time) (local.get $base))))
        (local.set $delta
          (i64.xor (i64.shl (local.get $delta) (i64.const 1)) (i64.shr_s (local.get $delta) (i64.const 63))))
        (local.set $deltaSize
          (i32.wrap_i64
            (i64.shr_u
              (i64.sub (i64.const 640) (i64.mul (i64.clz (local.get $delta)) (i64.const 9)))
              (i64.const 6))))

        (local.set $at (i32.add (local.get $bounds) (i32.shl (local.get $i) (i32.const 3))))
        (local.set $key (i32.load (local.get $at)))
        (local.set $value (i32.load offset=4 (local.get $at)))
        (local.set $keyLength (i32.sub (local.get $value) (local.get $key)))
        (local.set $valueLength (i32.sub (i32.load offset=8 (local.get $at)) (local.get $value)))
        (local.set $keyVarint (i32.shl (local.get $keyLength) (i32.const 1)))
        (local.set $valueVarint (i32.shl (local.get $valueLength) (i32.const 1)))
        (local.set $null (i32.load8_u (i32.add (local.get $nulls) (local.get $i))))
        (if (local.get $null)
          (then
            (if (i32.and (local.get $null) (i32.const 1))
              (then
                (local.set $keyLength (i32.const 0))
                (local.set $keyVarint (i32.const 1))))
            (if (i32.and (local.get $null) (i32.const 2))
              (then
                (local.set $valueLength (i32.const 0))
                (local.set $valueVarint (i32.const 1))))))
        (if (local.get $headers)
          (then
            (local.set $at (i32.add (local.get $headers) (i32.shl (local.get $i) (i32.const 3))))
            (local.set $header (i32.load (local.get $at)))
            (local.set $headerLength (i32.sub (i32.load offset=4 (local.get $at)) (local.get $header)))))

        (local.set $number (i32.shl (local.get $n) (i32.const 1)))
        (local.set $length
          (i32.add
            (i32.add (local.get $keyLength) (local.get $valueLength))
            (select (local.get $headerLength) (i32.const 1) (local.get $headerLength))))
        (if
          (i32.and
            (i32.lt_u (local.get $length) (i32.const 0x1f00))
            (i32.lt_u (local.get $number) (i32.const 0x4000)))
          (then
            ;; Varints of lengths and of the number have one or two bytes: v + (v & 0x3f80) spreads 14 bits over them. No branches, as lengths
            ;; are hard to predict.
            (local.set $length
              (i32.shl
                (i32.add
                  (i32.add (local.get $length) (i32.const 4))
                  (i32.add
                    (i32.add (local.get $deltaSize) (i32.gt_u (local.get $number) (i32.const 0x7f)))
                    (i32.add
                      (i32.gt_u (local.get $keyVarint) (i32.const 0x7f))
                      (i32.gt_u (local.get $valueVarint) (i32.const 0x7f)))))
                (i32.const 1)))
            (local.set $isLong (i32.gt_u (local.get $length) (i32.const 0x7f)))
            (i32.store16 (local.get $out)
              (i32.add
                (i32.add (local.get $length) (i32.and (local.get $length) (i32.const 0x3f80)))
                (i32.shl (local.get $isLong) (i32.const 7))))
            (local.set $out (i32.add (i32.add (local.get $out) (i32.const 1)) (local.get $isLong)))
            (i32.store8 (local.get $out) (i32.const 0))
            (local.set $out (i32.add (local.get $out) (i32.const 1)))
            (if (i32.eq (local.get $deltaSize) (i32.const 1))
              (then
                (i64.store8 (local.get $out) (local.get $delta))
                (local.set $out (i32.add (local.get $out) (i32.const 1))))
              (else (local.set $out (call $varlong (local.get $out) (local.get $delta)))))
            (local.set $isLong (i32.gt_u (local.get $number) (i32.const 0x7f)))
            (i32.store16 (local.get $out)
              (i32.add
                (i32.add (local.get $number) (i32.and (local.get $number) (i32.const 0x3f80)))
                (i32.shl (local.get $isLong) (i32.const 7))))
            (local.set $out (i32.add (i32.add (local.get $out) (i32.const 1)) (local.get $isLong)))
            (local.set $isLong (i32.gt_u (local.get $keyVarint) (i32.const 0x7f)))
            (i32.store16 (local.get $out)
              (i32.add
                (i32.add (local.get $keyVarint) (i32.and (local.get $keyVarint) (i32.const 0x3f80)))
                (i32.shl (local.get $isLong) (i32.const 7))))
            (local.set $out (i32.add (i32.add (local.get $out) (i32.const 1)) (local.get $isLong)))
            (local.set $end (i32.add (local.get $out) (local.get $keyLength)))
            (loop $more
              (v128.store (local.get $out) (v128.load (local.get $key)))
              (local.set $key (i32.add (local.get $key) (i32.const 16)))
              (br_if $more
                (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $end))))
            (local.set $out (local.get $end))
            (local.set $isLong (i32.gt_u (local.get $valueVarint) (i32.const 0x7f)))
            (i32.store16 (local.get $out)
              (i32.add
                (i32.add (local.get $valueVarint) (i32.and (local.get $valueVarint) (i32.const 0x3f80)))
                (i32.shl (local.get $isLong) (i32.const 7))))
            (local.set $out (i32.add (i32.add (local.get $out) (i32.const 1)) (local.get $isLong)))
            (local.set $end (i32.add (local.get $out) (local.get $valueLength)))
            (loop $more
              (v128.store (local.get $out) (v128.load (local.get $value)))
              (v128.store offset=16 (local.get $out) (v128.load offset=16 (local.get $value)))
              (v128.store offset=32 (local.get $out) (v128.load offset=32 (local.get $value)))
              (v128.store offset=48 (local.get $out) (v128.load offset=48 (local.get $value)))
              (local.set $value (i32.add (local.get $value) (i32.const 64)))
              (br_if $more
                (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 64))) (local.get $end))))
            (local.set $out (local.get $end)))
          (else
            ;; A large record, or many.
            (local.set $length
              (i32.add
                (i32.add (local.get $length) (i32.const 1))
                (i32.add
                  (i32.add (call $size (local.get $keyVarint)) (call $size (local.get $valueVarint)))
                  (i32.add (call $size (local.get $number)) (local.get $deltaSize)))))
            (local.set $out (call $varint (local.get $out) (i32.shl (local.get $length) (i32.const 1))))
            (i32.store8 (local.get $out) (i32.const 0))
            (local.set $out (call $varlong (i32.add (local.get $out) (i32.const 1)) (local.get $delta)))
            (local.set $out (call $varint (local.get $out) (local.get $number)))
            (local.set $out (call $varint (local.get $out) (local.get $keyVarint)))
            (memory.copy (local.get $out) (local.get $key) (local.get $keyLength))
            (local.set $out (call $varint (i32.add (local.get $out) (local.get $keyLength)) (local.get $valueVarint)))
            (memory.copy (local.get $out) (local.get $value) (local.get $valueLength))
            (local.set $out (i32.add (local.get $out) (local.get $valueLength)))))
        (if (local.get $headerLength)
          (then
            (local.set $end (i32.add (local.get $out) (local.get $headerLength)))
            (loop $more
              (v128.store (local.get $out) (v128.load (local.get $header)))
              (local.set $header (i32.add (local.get $header) (i32.const 16)))
              (br_if $more
                (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $end))))
            (local.set $out (local.get $end)))
          (else
            ;; Their number.
            (i32.store8 (local.get $out) (i32.const 0))
            (local.set $out (i32.add (local.get $out) (i32.const 1)))))

        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
    (global.set $maxTimestamp (local.get $max))
    (local.get $out)))
